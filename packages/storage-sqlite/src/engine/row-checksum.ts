import type { SqlRow } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import { columnsOf, type Part } from './columns.js';
import { valueAt, WHOLE } from './selection.js';

// The three parts are hashed apart and joined by XOR, so that one part changes without reading the others.
const SEEDS: Readonly<Record<Part, number>> = { content: 0x1f3a, record: 0x2b7c, place: 0x3d91 };

/** Where a part begins and ends in a whole row. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const CONTENT = stretchOf('content');
const RECORD = stretchOf('record');
const PLACE = stretchOf('place');
const EMPTY_RECORD = partChecksum(
  'record',
  columnsOf('record').map(() => null),
);

function stretchOf(part: Part): Stretch {
  const names = columnsOf(part);
  const from = WHOLE.names.indexOf(names[0] as (typeof names)[number]);
  return { from, to: from + names.length };
}

/** The checksum of the values of one part. */
export function partChecksum(part: Part, values: SqlRow): number {
  return checksumOf(values, SEEDS[part]);
}

/** The checksum that a whole row must have, whatever it has. */
export function rowChecksum(row: SqlRow): number {
  return (
    checksumOf(row, SEEDS.content, CONTENT.from, CONTENT.to) ^
    (isEmpty(row, RECORD) ? EMPTY_RECORD : checksumOf(row, SEEDS.record, RECORD.from, RECORD.to)) ^
    checksumOf(row, SEEDS.place, PLACE.from, PLACE.to)
  );
}

/** Whether a whole row is as it was written. */
export function isIntact(row: SqlRow): boolean {
  return valueAt(row, WHOLE.at.checksum) === rowChecksum(row);
}

function isEmpty(row: SqlRow, { from, to }: Stretch): boolean {
  for (let at = from; at < to; at++) if (row[at] !== null) return false;
  return true;
}
