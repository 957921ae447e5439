import { type Lane, laneIn } from './lane.js';
import { HOLD, type Placed } from './place.js';
import type { QueueTransaction } from './queue-transaction.js';

/** The highest weight of the operation and of all behind it in its lane. */
export function effectiveRank(tx: QueueTransaction, placed: Placed): number {
  const { sequence, place } = placed;
  const lane = laneIn(placed);
  if (lane === undefined) return place.weight;
  const boost = tx.sql.highestBoost.get(lane.entity, lane.principal, sequence)?.[0] as number | undefined;
  return Math.max(place.weight, boost ?? place.weight);
}

/** Works out whether the operation may go, now or later. */
export function refresh(tx: QueueTransaction, placed: Placed): void {
  const { place } = placed;
  const lane = laneIn(placed);
  const isHead = lane === undefined || tx.laneHead(lane)?.sequence === placed.sequence;
  if (isHead) tx.checkAhead(placed);
  const isFree = isHead && place.waits === 0 && place.hold === HOLD.none;
  const ready = isFree && place.dueAt === 0 ? effectiveRank(tx, placed) : null;
  const due = isFree && place.dueAt > 0 ? place.dueAt : null;
  if (ready !== place.ready || due !== place.due) tx.move(placed, { ready, due });
}

/** Works out the head of a lane anew. */
export function refreshHead(tx: QueueTransaction, lane: Lane): void {
  const head = tx.laneHead(lane);
  if (head !== undefined) refresh(tx, head);
}
