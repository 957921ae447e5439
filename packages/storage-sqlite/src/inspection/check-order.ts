import { damagedAssignments } from '../engine/assignments.js';
import { isOvertaken } from '../engine/may-go.js';
import { placedOf } from '../engine/place-row.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import type { OrderReport, QueueOverview } from './records.js';

/**
 * Compares the rows with what the storage keeps about them.
 *
 * @param isStateIntact - whether the row with the queue's counts could be read
 */
export function checkOrder(
  tx: QueueTransaction,
  { groups }: QueueOverview,
  isStateIntact: boolean,
): OrderReport {
  const counted: Record<string, number> = {};
  for (const { state, count } of groups) counted[state] = (counted[state] ?? 0) + count;
  const kept = Object.entries(tx.state.data.byState);
  return {
    stranded: tx.sql.strandedHeads
      .all()
      .map(placedOf)
      .filter((head) => !isOvertaken(tx, head))
      .map(({ id }) => id),
    brokenDependencies: tx.sql.brokenDependencies.all().reduce((sum, [, count]) => sum + Number(count), 0),
    damagedLeases: tx.sql.claims.all().length - [...tx.leases.groups].length,
    damagedAssignments: damagedAssignments(tx.sql),
    countsAgree: isStateIntact && kept.every(([state, count]) => count === (counted[state] ?? 0)),
  };
}
