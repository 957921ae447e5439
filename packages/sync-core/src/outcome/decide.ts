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
  /** The id of an operation that takes the place of one that met a conflict. */
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
  | Exclude<DeliveryOutcome, { kind: 'acknowledged' | 'conflict' }>;

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
 * Only `retry` counts towards `maxAttempts`: an outage, a sign-in or a conflict turns nothing into a dead letter,
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
    case 'unreachable': {
      const { length, delayMs } = lastOutage(operation);
      const wait = Math.round(policy.unreachableBackoff.delayMs(length + 1, delayMs, policy.random));
      return { id, kind: 'reschedule', dueAt: now + wait, delayMs: wait, counts: false };
    }
    case 'unauthenticated':
    case 'skipped':
      return { id, kind: 'release', sent: true };
    case 'rejected':
      return { id, kind: 'hold', state: 'deadLetter', failure: outcome.reason, counts: true };
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
  { afterMs = 0, reason }: Extract<DeliveryOutcome, { kind: 'retry' }>,
  policy: DeliveryPolicy,
  now: number,
): Settlement {
  const attempts = operation.attempts + 1;
  if (attempts >= policy.maxAttempts) {
    const message = `Gave up after ${attempts} attempts; the last answer was: ${reason.message}`;
    const failure: SyncFailure = { ...reason, code: 'ATTEMPTS_EXHAUSTED', message, details: reason };
    return { id: operation.id, kind: 'hold', state: 'deadLetter', failure, counts: true };
  }
  const backoffMs = policy.backoff.delayMs(attempts, operation.history.at(-1)?.delayMs ?? 0, policy.random);
  const askedMs = Math.min(afterMs, policy.maxRetryAfterMs);
  const delayMs = Math.round(Math.max(backoffMs, askedMs, policy.minRetryMs));
  return { id: operation.id, kind: 'reschedule', dueAt: now + delayMs, delayMs, counts: true };
}

/** How many of the latest attempts in a row met no answer, and how long the wait after the last one was. */
function lastOutage({ history }: StoredOperation): { length: number; delayMs: number } {
  const answered = history.findLastIndex(({ outcome }) => outcome !== 'unreachable');
  const length = history.length - 1 - answered;
  return { length, delayMs: length === 0 ? 0 : (history.at(-1)?.delayMs ?? 0) };
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
