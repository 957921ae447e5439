import { laneIn } from './lane.js';
import { settleLane } from './order.js';
import { fixBoost } from './rank-flow.js';
import { placedOf } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';

/**
 * Works out who may go where several principals have operations of one entity: until format 3 they stood in one lane,
 * from format 4 on each has one of their own.
 */
export function splitLanes(tx: QueueTransaction): void {
  const rows = tx.sql.mixedLanes.all().map(placedOf);
  for (const { sequence } of rows) {
    const placed = tx.placed(sequence);
    if (placed !== undefined) fixBoost(tx, placed);
  }
  for (const placed of rows) {
    const lane = laneIn(placed);
    if (lane !== undefined) settleLane(tx, lane, placed.sequence);
  }
}
