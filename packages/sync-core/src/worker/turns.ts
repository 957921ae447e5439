import type { StoredOperation } from '../operation/operation-record.js';
import type { Claim } from '../ports/queue-storage.js';

/** A claim, and when it was made, in monotonic milliseconds. */
export interface Claimed {
  readonly claim: Claim;
  readonly claimedAt: number;
}

/** Operations of one claim that stay together: one, or several of an entity in their order. */
export interface Run extends Claimed {
  readonly operations: readonly StoredOperation[];
}

/** Claimed operations, as candidates for the sends that are free. */
export interface Candidates {
  /** Never sent before. */
  readonly fresh: readonly Run[];
  /** Sent before, and not delivered: an outage, an answer of "later", or a trouble of their own. */
  readonly tried: readonly Run[];
  /** Followers that stand behind one of another sort in their lane, and cannot go beside it. */
  readonly behind: readonly Run[];
}

/** What there is room for. */
export interface Seats {
  /** Sends that are free. */
  readonly free: number;
  /** How many of them may be of those that were tried before. */
  readonly freeForTried: number;
  /** How many operations a send carries at most. */
  readonly batchSize: number;
  /** The same for a send that holds this one, which was tried before. */
  readonly sendLimit: (id: string) => number;
  /**
   * Whether what is fresh goes before all that was tried, and then what was not tried for longest: of a probe that tells
   * most, and of the only send that there is none may have more than its share.
   */
  readonly freshFirst: boolean;
}

export interface Turns {
  readonly sends: readonly Run[];
  /** For which there is no room now. */
  readonly left: readonly Run[];
  /** What of a run is more than one send holds, and cannot go beside it. */
  readonly behind: readonly Run[];
}

/** Parts operations of a claim into runs by whether they were sent before. */
export function candidatesOf({ operations, ...claimed }: Run): Candidates {
  const runs: Run[] = [];
  const behind: Run[] = [];
  for (const lane of lanesOf(operations)) {
    const isFirstTried = lane[0]?.attempted;
    const other = lane.findIndex(({ attempted }) => attempted !== isFirstTried);
    const end = other < 0 ? lane.length : other;
    runs.push({ ...claimed, operations: lane.slice(0, end) });
    if (end < lane.length) behind.push({ ...claimed, operations: lane.slice(end) });
  }
  return { fresh: runs.filter((run) => !isTried(run)), tried: runs.filter(isTried), behind };
}

/**
 * Whose turn it is. Those that were tried before share a bounded part of the sends, so that what is fresh always has a
 * way past them, however they fail; what is left of either sort waits.
 */
export function turnsOf({ fresh, tried }: Pick<Candidates, 'fresh' | 'tried'>, seats: Seats): Turns {
  const { free, freeForTried, batchSize, sendLimit, freshFirst } = seats;
  const triedSize = ({ operations: [first] }: Run): number =>
    Math.min(batchSize, sendLimit((first as StoredOperation).id));
  const ofFresh = packed(fresh, () => batchSize);
  const ofTried = packed(freshFirst ? [...tried].sort(byLastAttempt) : tried, triedSize);
  const forTried = freshFirst && fresh.length > 0 ? 0 : Math.min(free, freeForTried, ofTried.sends.length);
  const forFresh = free - forTried;
  return {
    sends: [...ofTried.sends.slice(0, forTried), ...ofFresh.sends.slice(0, forFresh)],
    left: [...ofTried.sends.slice(forTried), ...ofFresh.sends.slice(forFresh)],
    behind: [...ofTried.behind, ...ofFresh.behind],
  };
}

/** Operations by their entity, each in order; one without is alone. */
export function lanesOf(operations: readonly StoredOperation[]): Iterable<readonly StoredOperation[]> {
  const lanes = new Map<unknown, StoredOperation[]>();
  for (const operation of operations) {
    const name = operation.entity ?? operation;
    const lane = lanes.get(name);
    if (lane === undefined) lanes.set(name, [operation]);
    else lane.push(operation);
  }
  return lanes.values();
}

function isTried({ operations }: Run): boolean {
  return operations[0]?.attempted === true;
}

/** Runs packed into sends of one claim each. */
function packed(runs: readonly Run[], sizeOf: (run: Run) => number): Pick<Turns, 'sends' | 'behind'> {
  const sends: Run[] = [];
  const behind: Run[] = [];
  let room = 0;
  for (const run of runs) {
    const size = sizeOf(run);
    const operations = run.operations.slice(0, size);
    if (run.operations.length > size) behind.push({ ...run, operations: run.operations.slice(size) });
    const send = sends.at(-1);
    const joined = (send?.operations.length ?? 0) + operations.length;
    room = Math.min(room, size);
    if (send?.claim === run.claim && joined <= room)
      sends[sends.length - 1] = { ...send, operations: [...send.operations, ...operations] };
    else {
      sends.push({ ...run, operations });
      room = size;
    }
  }
  return { sends, behind };
}

function byLastAttempt(one: Run, other: Run): number {
  return lastAttemptOf(one) - lastAttemptOf(other);
}

function lastAttemptOf({ operations }: Run): number {
  return operations[0]?.history.at(-1)?.startedAt ?? 0;
}
