import { SyncError, type DeliveryOutcome, type SyncFailure } from '@cpc/sync-core';
import { defectOf, isDefect } from './defect.js';

/** Shorter texts are no secrets, and would be found inside of words. */
const MIN_LENGTH = 6;

const HIDDEN = '[credentials]';

/**
 * The texts by which a request signs in, so that they can be kept out of what is stored and shown: failures travel into
 * events, logs, traces, exports and the inspector. What a platform quotes in an error, and what a server repeats in its
 * problem, is hidden; what a server gives as a result or as a record is data, and stays.
 */
export class Secrets {
  /** The longest first, so that no part of one is left standing. */
  readonly #texts: readonly string[];

  constructor(credentials: Readonly<Record<string, unknown>>) {
    const values = Object.values(credentials).filter((value) => typeof value === 'string');
    // Whole, and in the parts that are the same however a quotation escapes the rest: the scheme, each line.
    const parts = values.flatMap((value) => [value, ...value.split(/[\s,;="'\\]+/)]);
    const forms = parts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encoded(text)]);
    this.#texts = [...new Set(forms)]
      .filter((text) => text.length >= MIN_LENGTH)
      .sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    return this.#texts.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text);
  }

  /** An error that can be thrown on: itself where it says nothing, else one that says the rest. */
  hideInError(error: unknown): unknown {
    const words = wordsOf(error);
    if (this.hide(words) === words) return error;
    const message = this.hide(messageOf(error));
    return isDefect(error) ? new SyncError('TRANSPORT_FAILED', message) : new Error(message);
  }

  hideInSyncError({ code, message, details }: SyncError): SyncError {
    const hidden = this.#hideInFailure({ code, message, details });
    return new SyncError(code, hidden.message, { details: (hidden.details ?? {}) as typeof details });
  }

  hideInOutcome<Outcome extends DeliveryOutcome>(outcome: Outcome): Outcome {
    if (this.#texts.length === 0 || !('reason' in outcome)) return outcome;
    return { ...outcome, reason: this.#hideInFailure(outcome.reason) };
  }

  /** By its text, which is what is stored of it; details that have none, or a text of their own, are left out. */
  #hideInFailure(failure: SyncFailure): SyncFailure {
    try {
      const text = JSON.stringify(failure);
      const hidden = this.hide(text);
      return hidden === text ? failure : (JSON.parse(hidden) as SyncFailure);
    } catch {
      return { code: this.hide(failure.code), message: this.hide(failure.message) };
    }
  }
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function messageOf(error: unknown): string {
  return isDefect(error) ? defectOf(error).message : String((Object(error) as Error).message || error);
}

/** Everything that an error says, its causes included. */
function wordsOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 8) return String(error);
  const { message, stack, cause } = error as { message?: unknown; stack?: unknown; cause?: unknown };
  const own = [message, stack].map(String).join('\n');
  return cause === undefined ? own : `${own}\n${wordsOf(cause, depth + 1)}`;
}
