import { refresh } from './may-go.js';
import { stateOf } from './place.js';
import { placedOf } from './place-row.js';
import { splitLanes } from './split-lanes.js';
import type { QueueTransaction } from './queue-transaction.js';

/**
 * Works out all that follows from the rows: counts, heads of lanes, dependencies that ended. Its cost grows with
 * the queue; it runs after damage only.
 */
export function rebuild(tx: QueueTransaction): void {
  releaseBroken(tx);
  recount(tx);
  splitLanes(tx);
  for (const row of tx.sql.strandedHeads.all()) refresh(tx, placedOf(row));
}

function releaseBroken(tx: QueueTransaction): void {
  for (const [dependent, broken] of tx.sql.brokenDependencies.all()) {
    const placed = tx.placed(dependent as number);
    if (placed !== undefined)
      tx.move(placed, { waits: Math.max(0, placed.place.waits - (broken as number)) });
  }
  tx.sql.removeBrokenDependencies.run();
}

function recount(tx: QueueTransaction): void {
  const { data } = tx.state;
  tx.state.recount();
  for (const [priority, hold, isReady, isDue, count] of tx.sql.countByPlace.all() as readonly number[][]) {
    const held = hold === 1 ? 'parked' : 'deadLetter';
    const free = isReady ? 'waiting' : isDue ? 'scheduled' : 'blocked';
    data.byState[hold ? held : free] += count ?? 0;
    data.byPriority[priority ?? 0] = (data.byPriority[priority ?? 0] ?? 0) + (count ?? 0);
  }
  for (const { items } of tx.leases.groups) {
    for (const sequence of items.keys()) {
      const placed = tx.placed(sequence);
      if (placed !== undefined) tx.state.moved(stateOf(placed.place), 'leased');
    }
  }
  data.dependencies = count(tx.sql.countDependencies.get());
  data.references = count(tx.sql.countReferences.get());
  data.assignments = count(tx.sql.lastAssignment.get());
}

function count(row: readonly unknown[] | undefined): number {
  return Number(row?.[0] ?? 0);
}
