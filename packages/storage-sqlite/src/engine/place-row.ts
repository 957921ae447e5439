import type { SqlRow } from '../drivers/sqlite-driver.js';
import { columnsOf, gettersOf, type NameIn } from './columns.js';
import type { Place, Placed } from './place.js';
import { partChecksum } from './row-checksum.js';
import { PLACED, type PlacedName, type Positions, valueAt, WHOLE } from './selection.js';

/** The columns that an update of a place writes, in the order of {@link placeValues}. */
export const PLACE_UPDATE_COLUMNS = [...columnsOf('place'), 'checksum'] as const;

const PLACE = gettersOf('place');

/** Reads a row of {@link PLACED}. */
export function placedOf(row: SqlRow): Placed {
  return placedFrom(row, PLACED.at);
}

/** Reads the same out of a whole row. */
export function placedFromRow(row: SqlRow): Placed {
  return placedFrom(row, WHOLE.at);
}

function placedFrom(row: SqlRow, at: Positions<PlacedName>): Placed {
  return {
    sequence: valueAt(row, at.sequence),
    id: valueAt(row, at.id),
    entity: valueAt(row, at.entity),
    principal: valueAt(row, at.principal),
    priority: valueAt(row, at.priority),
    rank: valueAt(row, at.rank),
    place: placeFrom(row, at),
    checksum: valueAt(row, at.checksum),
  };
}

export function placeFrom(row: SqlRow, at: Positions<NameIn<'place'>>): Place {
  return {
    attempts: valueAt(row, at.attempts),
    attempted: valueAt(row, at.attempted) === 1,
    hold: valueAt(row, at.hold),
    dueAt: valueAt(row, at.due_at),
    delayMs: valueAt(row, at.delay_ms),
    ahead: valueAt(row, at.ahead),
    waits: valueAt(row, at.waits),
    weight: valueAt(row, at.weight),
    boost: valueAt(row, at.boost),
    ready: valueAt(row, at.ready),
    due: valueAt(row, at.due),
  };
}

/** The values that an update of the place writes, in the order of {@link PLACE_UPDATE_COLUMNS}. */
export function placeValues(before: Placed, place: Place): readonly [...SqlRow, checksum: number] {
  const numbers = numbersOf(place);
  const checksum =
    before.checksum ^ partChecksum('place', numbersOf(before.place)) ^ partChecksum('place', numbers);
  return [...numbers, checksum];
}

function numbersOf(place: Place): SqlRow {
  return PLACE.map((of) => of(place));
}
