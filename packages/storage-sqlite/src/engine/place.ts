import type { StoredOperation } from '@cpc/sync-core';
import type { Progress } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import type { AttemptLog } from './attempt-log.js';
import { checksumOf } from './checksum.js';
import { CHECKSUM_AT, PLACE_AT, PLACE_COLUMNS, PLACE_SEED } from './row-columns.js';

export const HOLD = { none: 0, parked: 1, deadLetter: 2 } as const;
export type Hold = (typeof HOLD)[keyof typeof HOLD];

/** What each hold is to the rules. */
const HELD = [undefined, 'parked', 'deadLetter'] as const;

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
export function progressOf({ attempts, attempted, hold, dueAt, delayMs }: Place, log: AttemptLog): Progress {
  const { history, failure } = log;
  return { attempts, attempted, history, hold: HELD[hold], dueAt, delayMs, failure };
}

/** The part of a place that says how far an operation came. */
export function reached({ attempts, attempted, hold, dueAt, delayMs }: Progress): Reached {
  return { attempts, attempted, hold: HOLD[hold ?? 'none'], dueAt, delayMs };
}

/** Reads a row of {@link PLACED_COLUMNS}. */
export function placedOf(row: SqlRow): Placed {
  return {
    sequence: row[0] as number,
    id: row[1] as string,
    entity: row[2] as string | null,
    principal: row[3] as string | null,
    priority: row[4] as number,
    rank: row[5] as number,
    place: placeAt(row, 6),
    checksum: row[6 + PLACE_COLUMNS.length] as number,
  };
}

/** Reads the same out of a row of {@link ROW_COLUMNS}. */
export function placedFromRow(row: SqlRow): Placed {
  return {
    sequence: row[0] as number,
    id: row[1] as string,
    entity: row[3] as string | null,
    principal: row[4] as string | null,
    priority: row[6] as number,
    rank: row[7] as number,
    place: placeAt(row, PLACE_AT),
    checksum: row[CHECKSUM_AT] as number,
  };
}

/** The values that an update of the place writes, in the order of {@link PLACE_UPDATE_COLUMNS}. */
export function placeValues(before: Placed, place: Place): SqlRow {
  const numbers = numbersOf(place);
  const checksum =
    before.checksum ^ checksumOf(numbersOf(before.place), PLACE_SEED) ^ checksumOf(numbers, PLACE_SEED);
  return [...numbers, checksum];
}

export function placeAt(row: SqlRow, at: number): Place {
  return {
    attempts: row[at] as number,
    attempted: row[at + 1] === 1,
    hold: row[at + 2] as Hold,
    dueAt: row[at + 3] as number,
    delayMs: row[at + 4] as number,
    ahead: row[at + 5] as number | null,
    waits: row[at + 6] as number,
    weight: row[at + 7] as number,
    boost: row[at + 8] as number | null,
    ready: row[at + 9] as number | null,
    due: row[at + 10] as number | null,
  };
}

/** The values of {@link PLACE_COLUMNS}. */
function numbersOf(place: Place): readonly (number | null)[] {
  return [
    place.attempts,
    Number(place.attempted),
    place.hold,
    place.dueAt,
    place.delayMs,
    place.ahead,
    place.waits,
    place.weight,
    place.boost,
    place.ready,
    place.due,
  ];
}
