import { damagedAssignments, lastAssignment } from './assignments.js';
import { refresh } from './may-go.js';
import { stateOf } from './place.js';
import { placedOf } from './place-row.js';
import { RankFlow } from './rank-flow.js';
import { relink } from './relink.js';
import { splitLanes } from './split-lanes.js';
import type { QueueTransaction } from './queue-transaction.js';

/**
 * Works out all that follows from the rows: dependencies and references, heads of lanes, counts. Its cost grows with
 * the queue; it runs after damage only.
 */
export function rebuild(tx: QueueTransaction): void {
  const waitedFor = relink(tx);
  recount(tx);
  splitLanes(tx);
  const ranks = new RankFlow(tx);
  ranks.revisit(waitedFor);
  ranks.run();
  for (const row of tx.sql.strandedHeads.all()) refresh(tx, placedOf(row));
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
  data.assignments = Math.max(lastAssignment(tx.sql), damagedAssignments(tx.sql));
}

function count(row: readonly unknown[] | undefined): number {
  return Number(row?.[0] ?? 0);
}
