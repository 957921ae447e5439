import type { StoredOperation } from '@cpc/sync-core';
import type { Progress } from '@cpc/sync-core/storage-kit';

/** `aside`: a dead letter that has left its lane. */
export const HOLD = { none: 0, parked: 1, deadLetter: 2, aside: 3 } as const;
export type Hold = (typeof HOLD)[keyof typeof HOLD];

/** What each hold is to the rules. */
const HELD = [undefined, 'parked', 'deadLetter', 'aside'] as const;

/** How far an operation came, and where it stands; see `createFormat1` for each. */
export interface Place {
  readonly attempts: number;
  readonly attempted: boolean;
  readonly hold: Hold;
  readonly dueAt: number;
  readonly delayMs: number;
  readonly ahead: number | null;
  readonly waits: number;
  readonly weight: number;
  readonly boost: number | null;
  readonly ready: number | null;
  readonly due: number | null;
}

type Reached = Pick<Place, 'attempts' | 'attempted' | 'hold' | 'dueAt' | 'delayMs'>;

/** An operation without its content: what ordering needs. */
export interface Placed {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string | null;
  readonly principal: string | null;
  readonly priority: number;
  readonly rank: number;
  readonly place: Place;
  readonly checksum: number;
}

/** The state of an operation that nobody holds a lease on. */
export function stateOf(place: Place): Exclude<StoredOperation['state'], 'leased'> {
  if (place.hold !== HOLD.none) return place.hold === HOLD.parked ? 'parked' : 'deadLetter';
  if (place.ready !== null) return 'waiting';
  return place.due === null ? 'blocked' : 'scheduled';
}

/** How far an operation came, as the rules look at it. */
export function progressOf(
  { attempts, attempted, hold, dueAt, delayMs }: Place,
  { history, failure }: Pick<Progress, 'history' | 'failure'>,
): Progress {
  return { attempts, attempted, history, hold: HELD[hold], dueAt, delayMs, failure };
}

/** The part of a place that says how far an operation came. */
export function reached({ attempts, attempted, hold, dueAt, delayMs }: Progress): Reached {
  return { attempts, attempted, hold: HOLD[hold ?? 'none'], dueAt, delayMs };
}
