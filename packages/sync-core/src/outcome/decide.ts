import { faultOfName } from '@cpc/protocol';
import type { SyncFailure } from '../errors/sync-failure.js';
import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import { inheritOrigin, originOf } from '../operation/origin.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { RemoteRecord } from '../ports/conflict-resolver.js';
import type { Settlement } from '../ports/queue-storage.js';
import type { RandomSource } from '../ports/random-source.js';
import type { DeliveryOutcome } from './delivery-outcome.js';

/** The numbers behind the rules. */
export interface DeliveryPolicy {
  /** After so many answers that asked for another attempt, an operation becomes a dead letter. */
  readonly maxAttempts: number;
  /** The wait after an answer that asked for another attempt. */
  readonly backoff: BackoffStrategy;
  /** The wait of an operation that met no answer, while others go on. */
  readonly unreachableBackoff: BackoffStrategy;
  /** A server may ask for a longer wait than the backoff's, but for no longer one than this. */
  readonly maxRetryAfterMs: number;
  /** No wait after an answer is shorter, whatever server and jitter say. */
  readonly minRetryMs: number;
  /** A change that met more conflicts than this becomes a dead letter. */
  readonly maxConflictRounds: number;
  readonly random: RandomSource;
  /** The id of an operation that takes the place of one that met a conflict, or whose key was too old: made now. */
  readonly newId: () => string;
}

/** A payload as exact JSON, and where it refers to what other operations create. */
export type Content = Pick<NewOperation, 'payload' | 'references'>;

/** What a resolver said, with a merged value already as exact JSON. */
export type ResolvedConflict =
  | { readonly kind: 'use-local' }
  | { readonly kind: 'use-remote' }
  | ({ readonly kind: 'merge' } & Content)
  | { readonly kind: 'defer' };

/** An outcome with all that had to be asked for: a conflict has been resolved, a permanent id read. */
export type FinalOutcome =
  | (Extract<DeliveryOutcome, { kind: 'acknowledged' }> & { readonly assigned?: string })
  | { readonly kind: 'conflict'; readonly remote: RemoteRecord; readonly resolved: ResolvedConflict }
  | (Extract<DeliveryOutcome, { kind: 'retry' }> & {
      /**
       * Whether an answer about this operation speaks against it: not while the server takes no others either.
       *
       * @defaultValue true
       */
      readonly counts?: boolean;
    })
  | Exclude<DeliveryOutcome, { kind: 'acknowledged' | 'conflict' | 'retry' }>;

/** The shape of {@link decide}, for what stands in its place: a recorder of decisions. */
export type DeliveryRules = (
  operation: StoredOperation,
  outcome: FinalOutcome,
  policy: DeliveryPolicy,
  now: number,
) => Settlement;

/**
 * The rules, in one place: what happens to an operation after an outcome. Pure but for the random numbers and
 * ids that the policy hands in; the worker, the simulator and the tests call the same function.
 *
 * Only what speaks against this very operation counts towards `maxAttempts`: a `retry` about it, while the server takes
 * others. An outage, a server that says "later" to all, a sign-in or a conflict turns nothing into a dead letter,
 * however long it lasts.
 *
 * @param now - milliseconds since the epoch
 */
export function decide(
  operation: StoredOperation,
  outcome: FinalOutcome,
  policy: DeliveryPolicy,
  now: number,
): Settlement {
  const { id } = operation;
  switch (outcome.kind) {
    case 'acknowledged':
      return decideAcknowledged(operation, outcome);
    case 'retry':
      return decideRetry(operation, outcome, policy, now);
    case 'unreachable':
      return wait(id, outageMs(operation, outcome.kind, policy), now, false);
    case 'unauthenticated':
    case 'skipped':
      return { id, kind: 'release', sent: true };
    case 'rejected':
      return decideRejected(operation, outcome.reason, policy);
    case 'conflict':
      return decideConflict(operation, outcome.remote, outcome.resolved, policy);
  }
}

/**
 * An effect that was guarded by a version is the one step from that version to the new one. So is one whose answer says
 * which version it was applied to.
 */
function decideAcknowledged(
  operation: StoredOperation,
  { assigned, version, previousVersion }: Extract<FinalOutcome, { kind: 'acknowledged' }>,
): Settlement {
  const { id, entity, baseVersion: from = previousVersion } = operation;
  // What a followers' request cannot carry is no version to them.
  const isStep =
    entity !== undefined && faultOfName(from) === undefined && faultOfName(version) === undefined;
  // The usual case, on every operation's way.
  if (assigned === undefined && !isStep) return { id, kind: 'remove' };
  return {
    id,
    kind: 'remove',
    ...(assigned !== undefined && { assign: { from: originOf(operation), to: assigned } }),
    ...(isStep && { version: { from: from as string, to: version as string } }),
  };
}

function decideRetry(
  operation: StoredOperation,
  { afterMs = 0, reason, scope = 'operation', counts = true }: Extract<FinalOutcome, { kind: 'retry' }>,
  policy: DeliveryPolicy,
  now: number,
): Settlement {
  const { id, attempts, history } = operation;
  const askedMs = Math.max(Math.min(afterMs, policy.maxRetryAfterMs), policy.minRetryMs);
  if (scope === 'server')
    return wait(id, Math.max(outageMs(operation, 'retry', policy), askedMs), now, false);
  const speaksAgainst = counts && scope === 'operation';
  if (speaksAgainst && attempts + 1 >= policy.maxAttempts) return exhausted(operation, reason);
  const inARow = Math.max(attempts, latest(operation, 'retry').length);
  const backoffMs = policy.backoff.delayMs(inARow + 1, history.at(-1)?.delayMs ?? 0, policy.random);
  return wait(id, Math.max(backoffMs, askedMs), now, speaksAgainst);
}

/** Where the transport failed, the server may have applied it. A person who reads of the failure has to know that. */
function exhausted({ id, attempts }: StoredOperation, reason: SyncFailure): Settlement {
  const isUncertain = reason.code === 'TRANSPORT_FAILED';
  const words = `Gave up after ${attempts + 1} attempts; the last answer was: ${reason.message}`;
  const message = isUncertain ? `${words} Whether the server has applied it is not known.` : words;
  const failure: SyncFailure = { ...reason, code: 'ATTEMPTS_EXHAUSTED', message, details: reason };
  return { id, kind: 'hold', state: 'deadLetter', failure, counts: true };
}

/** No wait is longer, in milliseconds: a year, so that every time that is stored is one. */
const MAX_WAIT_MS = 366 * 24 * 3_600_000;

/** @throws RangeError for a length that is none; it came from a backoff of the app's */
function wait(id: string, lengthMs: number, now: number, counts: boolean): Settlement {
  if (!(lengthMs >= 0)) throw new RangeError(`A backoff gives milliseconds from 0 on, but gave ${lengthMs}.`);
  const delayMs = Math.round(Math.min(lengthMs, MAX_WAIT_MS));
  return { id, kind: 'reschedule', dueAt: now + delayMs, delayMs, counts };
}

/** The wait while nothing is taken, be it that nobody answers or that the server takes nothing from anybody. */
function outageMs(
  operation: StoredOperation,
  outcome: 'unreachable' | 'retry',
  { unreachableBackoff, random }: DeliveryPolicy,
): number {
  const { length, delayMs } = latest(operation, outcome);
  return unreachableBackoff.delayMs(length + 1, delayMs, random);
}

/** How many of the latest attempts in a row had that outcome, and how long the wait after the last one was. */
function latest({ history }: StoredOperation, kind: string): { length: number; delayMs: number } {
  const other = history.findLastIndex(({ outcome }) => outcome !== kind);
  const length = history.length - 1 - other;
  return { length, delayMs: length === 0 ? 0 : (history.at(-1)?.delayMs ?? 0) };
}

/**
 * A server that forgets keys refuses one from before its memory, since it may have been used. The key of what was never
 * sent was not: such an operation goes out once more, under an id that is made now.
 */
function decideRejected(
  operation: StoredOperation,
  failure: SyncFailure,
  policy: DeliveryPolicy,
): Settlement {
  const { id, attempted, history } = operation;
  const isRenewable = !attempted && isForgotten(failure) && !history.some(isForgotten);
  return isRenewable
    ? { id, kind: 'replace', operation: renewed(operation, policy.newId()) }
    : { id, kind: 'hold', state: 'deadLetter', failure, counts: true };
}

function isForgotten({ code }: { readonly code?: string | undefined }): boolean {
  return code === 'KEY_EXPIRED';
}

/** The same change under another id; what refers to it finds it under the id that it had. */
function renewed(operation: StoredOperation, id: string): NewOperation {
  const references = inheritOrigin(operation, operation.references);
  return { ...withoutStorageFields(operation), id, references };
}

function decideConflict(
  operation: StoredOperation,
  remote: RemoteRecord,
  resolved: ResolvedConflict,
  policy: DeliveryPolicy,
): Settlement {
  const { id, conflictRounds } = operation;
  if (resolved.kind === 'use-remote') return { id, kind: 'remove' };
  if (resolved.kind === 'defer') {
    const message = 'The server holds another version. Decide which one stands.';
    const failure: SyncFailure = { code: 'CONFLICT_DEFERRED', message, details: remote };
    return { id, kind: 'hold', state: 'parked', failure, counts: false };
  }
  if (conflictRounds >= policy.maxConflictRounds) {
    const message = `The change met another version on the server ${conflictRounds + 1} times in a row.`;
    const failure: SyncFailure = { code: 'CONFLICT_UNRESOLVED', message, details: remote };
    return { id, kind: 'hold', state: 'deadLetter', failure, counts: false };
  }
  const winner = resolved.kind === 'merge' ? resolved : operation;
  return { id, kind: 'replace', operation: rebased(operation, winner, remote, policy.newId()) };
}

/**
 * The operation that goes out against the server's version. It has an id of its own, since the server has seen
 * the old id as another request.
 */
export function rebased(
  operation: StoredOperation,
  { payload, references }: Content,
  remote: RemoteRecord,
  id: string,
): NewOperation {
  const { baseVersion, base, ...rest } = withoutStorageFields(operation);
  return {
    ...rest,
    id,
    payload,
    references: inheritOrigin(operation, references),
    conflictRounds: operation.conflictRounds + 1,
    ...(remote.version !== undefined && { baseVersion: remote.version }),
    ...(remote.value !== undefined && { base: JSON.stringify(remote.value) }),
  };
}
