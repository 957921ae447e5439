import type { SyncFailure } from '../errors/sync-failure.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import type { Settlement } from '../ports/queue-storage.js';
import { REFERENCE_ENDED } from './ended.js';
import { appendAttempt } from './history.js';

/** What holds an operation until somebody frees it. `aside`: as a dead letter that has left its lane. */
export type Hold = 'parked' | 'deadLetter' | 'aside';

/** The state of an operation that is held. */
export function stateOfHold(hold: Hold): 'parked' | 'deadLetter' {
  return hold === 'parked' ? hold : 'deadLetter';
}

/**
 * How far an operation came: what must be written down about it besides the operation, its sequence and its lease. A
 * storage keeps leases apart, so that a claim writes nothing about each operation that it hands out.
 */
export interface Progress {
  readonly attempts: number;
  /** Whether it may have been sent, the lease that it is under left out. */
  readonly attempted: boolean;
  readonly history: readonly AttemptRecord[];
  readonly hold?: Hold | undefined;
  /** When it is due, blocked or not; 0 for at once. */
  readonly dueAt: number;
  /** The length of the wait that ends then; 0 for a schedule of the app's. */
  readonly delayMs: number;
  readonly failure?: SyncFailure | undefined;
}

/** A settlement after which the operation is still there, under the same content. */
export type Keeping = Exclude<Settlement, { kind: 'remove' | 'replace' }>;

/** Shared, since most operations are delivered by their first attempt. */
export const NO_HISTORY: readonly AttemptRecord[] = Object.freeze([]);

/** When a new operation is due: at its time, where that lies in the future of its own creation; 0 for at once. */
export function firstDueAt({ scheduledAt, createdAt }: NewOperation): number {
  return scheduledAt > createdAt ? scheduledAt : 0;
}

/** The progress of an operation that is new, or that another one has just joined. */
export function newProgress(operation: NewOperation, history = NO_HISTORY): Progress {
  return { attempts: 0, attempted: false, history, dueAt: firstDueAt(operation), delayMs: 0 };
}

/** The progress of an operation that takes another's place: it may go at once, and keeps the history. */
export function replacedProgress(history: readonly AttemptRecord[], attempt?: AttemptRecord): Progress {
  return {
    attempts: 0,
    attempted: false,
    history: appendAttempt(history, attempt),
    dueAt: 0,
    delayMs: 0,
  };
}

/**
 * The progress after a settlement that keeps the operation.
 *
 * @param before - as it was before the claim
 */
export function settledProgress(
  before: Pick<Progress, 'attempts' | 'attempted' | 'history'>,
  settlement: Keeping,
): Progress {
  const history = appendAttempt(before.history, settlement.attempt);
  const { attempts, attempted } = before;
  switch (settlement.kind) {
    case 'reschedule':
      return {
        attempts: attempts + Number(settlement.counts),
        attempted: true,
        history,
        // A due time in the past still waits for the next claim to find it due.
        dueAt: Math.max(1, settlement.dueAt),
        delayMs: Math.max(0, settlement.delayMs),
      };
    case 'release':
      return { attempts, attempted: attempted || settlement.sent, history, dueAt: 0, delayMs: 0 };
    case 'hold':
      return {
        attempts: attempts + Number(settlement.counts),
        attempted: attempted || settlement.sent !== false,
        history,
        hold: holdOf(settlement),
        dueAt: 0,
        delayMs: 0,
        failure: settlement.failure,
      };
  }
}

function holdOf({ state, afterFailure }: Extract<Settlement, { kind: 'hold' }>): Hold {
  return state === 'deadLetter' && afterFailure === 'skip' ? 'aside' : state;
}

/** The progress of an operation that is parked where it would go, or wait to go. */
export function parkedProgress({ attempts, attempted, history }: Progress, failure: SyncFailure): Progress {
  return { attempts, attempted, history, hold: 'parked', dueAt: 0, delayMs: 0, failure };
}

/**
 * Whether a requeue that is bound to these states makes an operation go again. What mentions a thing that never came to
 * be is not asked here, see `endedReference`, unless that is why it is parked.
 */
export function mayRequeue(
  { state, failure }: Pick<StoredOperation, 'state' | 'failure'>,
  states?: readonly OperationState[],
): boolean {
  const isHeld = state === 'deadLetter' || state === 'parked' || state === 'scheduled';
  if (!isHeld || (states !== undefined && !states.includes(state))) return false;
  return state !== 'parked' || failure?.code !== REFERENCE_ENDED;
}

/** The progress of an operation that goes again at once: one that was held begins anew. */
export function requeuedProgress(
  { attempts, attempted, history }: Pick<Progress, 'attempts' | 'attempted' | 'history'>,
  state: OperationState,
): Progress {
  return { attempts: state === 'scheduled' ? attempts : 0, attempted, history, dueAt: 0, delayMs: 0 };
}

/** The progress of an operation that comes back as it was; a lease ended meanwhile. */
export function restoredProgress(stored: StoredOperation): Progress {
  const { state, attempts, attempted, history, failure, aside } = stored;
  switch (state) {
    case 'scheduled': {
      const dueAt = Math.max(1, stored.dueAt);
      return { attempts, attempted, history, dueAt, delayMs: Math.max(0, stored.delayMs) };
    }
    case 'blocked':
      // It may have a schedule of its own that nobody has looked at yet.
      return { attempts, attempted, history, dueAt: firstDueAt(stored), delayMs: 0 };
    case 'parked':
    case 'deadLetter': {
      const hold = state === 'deadLetter' && aside === true ? 'aside' : state;
      return { attempts, attempted, history, hold, dueAt: 0, delayMs: 0, failure };
    }
    case 'waiting':
    case 'leased':
      return { attempts, attempted, history, dueAt: 0, delayMs: 0 };
  }
}

/** After the clock was set back, whether what ends at `until` would take longer than its own length. */
export function isTooLong(until: number, lengthMs: number, now: number): boolean {
  return lengthMs > 0 && until - now > lengthMs;
}

/**
 * When a lease ends after the clock was set: as long from now as it would have lasted, where the clock was set forward,
 * and never longer than its own length.
 */
export function leaseEndAfterSetting(until: number, lengthMs: number, now: number, aheadMs: number): number {
  return Math.min(until + aheadMs, now + lengthMs);
}
