import { effectiveRank, refresh } from './may-go.js';
import { ascending } from './damage.js';
import { parkFor } from './ended.js';
import { linksOf } from './operation-row.js';
import { stateOf } from './place.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';
import { isIntact } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';
import type { SqlRow } from '../drivers/sqlite-driver.js';

/** How many rows are read at a time. */
const CHUNK = 500;

/**
 * Makes the tables of dependencies and references agree with the rows, which name both, and are checked.
 *
 * @returns all that others wait for
 */
export function relink(tx: QueueTransaction): readonly number[] {
  const waitedFor = new Set<number>();
  tx.sql.removeBrokenDependencies.run();
  tx.sql.removeBrokenReferences.run();
  for (let after = -Infinity; ;) {
    const rows = ascending(tx.sql.linked.all(after, CHUNK), after);
    for (const row of rows)
      if (isIntact(row)) for (const blocker of relinkOne(tx, row)) waitedFor.add(blocker);
    const last = rows.at(-1);
    if (last === undefined) return [...waitedFor];
    after = valueAt(last, WHOLE.at.sequence);
  }
}

function relinkOne(tx: QueueTransaction, row: SqlRow): Iterable<number> {
  const placed = placedFromRow(row);
  const { sequence } = placed;
  const blockers = blockersNamedBy(tx, row);
  for (const [blocker] of tx.sql.blockersOf.all(sequence)) {
    if (!blockers.has(blocker as number)) tx.sql.removeDependency.run(blocker as number, sequence);
  }
  const rank = effectiveRank(tx, placed);
  for (const blocker of blockers) tx.sql.addDependency.run(blocker, sequence, rank);
  const named = new Set(linksOf(row).references.map(({ id }) => id));
  for (const [id] of tx.sql.referencesOf.all(sequence)) {
    if (!named.has(id as string)) tx.sql.removeReference.run(id as string, sequence);
  }
  for (const id of named) tx.sql.addReference.run(id, sequence);
  if (placed.place.waits === blockers.size) return blockers;
  const lost =
    placed.place.waits > blockers.size ? lostMention(tx, row, placed.place.waits - blockers.size) : undefined;
  const moved = tx.move(placed, { waits: blockers.size });
  if (lost !== undefined && stateOf(placed.place) === 'blocked' && !tx.isLeased(sequence))
    parkFor(tx, tx.row(sequence) ?? row, lost, undefined);
  else refresh(tx, moved);
  return blockers;
}

/**
 * What an operation mentions and waited for, where that went away without an end: its id was altered, so that quarantine
 * has it under another one.
 *
 * @param gone - how many of those that it waited for are no longer there
 */
function lostMention(tx: QueueTransaction, row: SqlRow, gone: number): string | undefined {
  const { dependsOn, references } = linksOf(row);
  const isUnknown = (id: string): boolean =>
    !tx.isPresent(id) && tx.fateOf(id) === undefined && tx.permanentIdOf(id) === undefined;
  // Those that are found under their own ids are told from the others by that.
  const found = dependsOn.filter((id) => isUnknown(id) && tx.isLost(id));
  return found.length >= gone ? undefined : references.find(({ id }) => isUnknown(id))?.id;
}

/** What an operation waits for, by its own row: only what is in the queue and came earlier. */
export function blockersNamedBy(tx: QueueTransaction, row: SqlRow): ReadonlySet<number> {
  const sequence = valueAt(row, WHOLE.at.sequence);
  const found = linksOf(row).dependsOn.map((id) => tx.sequenceOf(id));
  return new Set(found.filter((one) => one !== undefined && one < sequence) as number[]);
}
