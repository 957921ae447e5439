import { LIMITS } from '@cpc/protocol';
import type { SyncFailure } from '../errors/sync-failure.js';
import { utf8Length } from '../operation/exact-json.js';
import type { NewOperation } from '../operation/operation-record.js';
import type { NewOutcome, OutcomeKind } from '../ports/outcome-record.js';
import { MAX_RESULT_BYTES } from './bounds.js';

/** The largest failure that is kept with an outcome, in characters of its JSON and of its message. */
const MAX_FAILURE_LENGTH = 2048;
const MAX_MESSAGE_LENGTH = 500;

/** The outcome of an operation, as a storage keeps it. */
export function outcomeFor(
  { kind, entity, principal }: Pick<NewOperation, 'kind' | 'entity' | 'principal'>,
  outcome: OutcomeKind,
  fields: Omit<NewOutcome, 'outcome' | 'kind' | 'entity' | 'principal'> = {},
): NewOutcome {
  return {
    outcome,
    kind,
    ...(entity !== undefined && { entity }),
    ...(principal !== undefined && { principal }),
    ...fields,
  };
}

/**
 * What stays of an outcome when what its principal left is purged: that the operation ended, and how, for those that
 * waited for it or come back to it. Neither the server's answer nor anything that the person wrote.
 */
export function purgedOutcome({ outcome, kind, principal, at, into }: NewOutcome): NewOutcome {
  return {
    outcome,
    kind,
    ...(principal !== undefined && { principal }),
    ...(at !== undefined && { at }),
    ...(into !== undefined && { into }),
  };
}

/** The server's answer as far as it is kept: the answer of a change that nobody looks at may be megabytes. */
export function keptResult(result: unknown): Pick<NewOutcome, 'result' | 'resultOmitted'> {
  if (result === undefined) return {};
  try {
    const text = JSON.stringify(result) as string | undefined;
    if (text === undefined) return {};
    const isSmall = text.length <= MAX_RESULT_BYTES && utf8Length(text) <= MAX_RESULT_BYTES;
    return isSmall ? { result: text } : { resultOmitted: true };
  } catch {
    // A transport's own object, with a circle or a number that JSON does not know.
    return { resultOmitted: true };
  }
}

const MOST_TEXT = { version: LIMITS.maxNameLength, position: LIMITS.maxPositionLength };

/** A short text of the server's; nothing where there is none, or one so long that it is no name of anything. */
export function keptText<Name extends 'version' | 'position'>(
  name: Name,
  text: string | undefined,
): { readonly [One in Name]?: string } {
  const isKept = text !== undefined && text.length <= MOST_TEXT[name];
  return (isKept ? { [name]: text } : {}) as { readonly [One in Name]?: string };
}

/** The failure as far as it is kept: its details may hold a whole record. */
export function keptFailure(failure: SyncFailure): SyncFailure {
  if (failure.details === undefined && failure.message.length <= MAX_MESSAGE_LENGTH) return failure;
  const { code, message, status } = failure;
  const small = {
    code,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    ...(status !== undefined && { status }),
  };
  try {
    return JSON.stringify(failure).length <= MAX_FAILURE_LENGTH ? failure : small;
  } catch {
    return small;
  }
}
