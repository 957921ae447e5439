import { SyncError } from '@cpc/sync-core';
import { isReceiverProblem, isRecord, type WireAnswer } from '../wire/wire-answer.js';
import type { SourcePage } from './change-source.js';
import { isChange } from './check-page.js';

/** The feed's answer; `undefined` where it is none, or refuses. */
export function pageOf(answer: WireAnswer): SourcePage | undefined {
  const { status, json } = answer;
  if (!isRecord(json)) return undefined;
  if (status === 410 && isReceiverProblem(answer)) return { kind: 'expired' };
  const { checkpoint, more, changes, remaining } = json;
  if (status !== 200 || typeof checkpoint !== 'string' || typeof more !== 'boolean') return undefined;
  if (!Array.isArray(changes) || !(changes as unknown[]).every(isChange)) return undefined;
  const page: SourcePage = { kind: 'page', checkpoint, more, changes };
  // For a progress bar: one that makes no sense is left out.
  return Number.isSafeInteger(remaining) && Number(remaining) >= 0
    ? { ...page, remaining: Number(remaining) }
    : page;
}

/** What an answer that is no page means. */
export function failureOf(answer: WireAnswer, retryAfterMs: number | undefined): SyncError {
  const { status, json } = answer;
  const details = { status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const problem = isRecord(json) && typeof json['title'] === 'string' ? ` (${json['title']})` : '';
  if (status === 401) {
    return new SyncError('UNAUTHENTICATED', 'The server asks to sign in before it gives changes.', {
      details,
    });
  }
  if (status === 429 || (status >= 500 && isReceiverProblem(answer))) {
    return new SyncError('SERVER_RETRY', `The server asks to pull later${problem}.`, { details });
  }
  if (isReceiverProblem(answer)) {
    return new SyncError('REJECTED', `The server gives no changes: ${status}${problem}.`, { details });
  }
  const message = `Something answered ${status} that is not the change feed: a portal, a gateway, or the address is wrong.`;
  return new SyncError('NETWORK_CAPTIVE', message, { details });
}
