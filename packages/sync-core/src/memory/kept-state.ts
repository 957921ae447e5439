import type { SyncFailure } from '../errors/sync-failure.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';

/**
 * What must be written down about an operation besides the operation and its sequence. Leases are not in it: a
 * storage keeps them apart, so that a claim writes nothing about each operation that it hands out.
 */
export interface KeptState {
  readonly attempts: number;
  readonly attempted: boolean;
  readonly history: readonly AttemptRecord[];
  readonly hold?: 'parked' | 'deadLetter';
  /** 0 for at once. */
  readonly dueAt: number;
  readonly delayMs: number;
  readonly failure?: SyncFailure | undefined;
}

/** The state as it would be without the lease, where there is one. */
export function keptStateOf(entry: Entry): KeptState {
  const { state, failure } = entry;
  const leased = state === 'leased';
  return {
    attempts: entry.attempts,
    attempted: leased ? entry.attemptedBefore : entry.attempted,
    history: entry.history,
    ...((state === 'parked' || state === 'deadLetter') && { hold: state }),
    dueAt: leased ? 0 : entry.dueAt,
    delayMs: leased ? 0 : entry.delayMs,
    ...(failure !== undefined && { failure }),
  };
}

/** Gives an entry that is in the index, without a lease, this state. */
export function applyKeptState(index: OperationIndex, entry: Entry, kept: KeptState): void {
  entry.attempts = kept.attempts;
  entry.attempted = kept.attempted;
  entry.history = kept.history;
  entry.failure = kept.failure;
  entry.dueAt = kept.dueAt;
  entry.delayMs = kept.delayMs;
  index.setState(entry, kept.hold ?? 'blocked');
  index.refresh(entry);
  if (entry.next !== undefined) index.refresh(entry.next);
}
