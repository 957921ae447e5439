import type { InLane } from '@cpc/sync-core/storage-kit';
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

/**
 * Works out whether the operation may go, now or later. What came into its place in front of one that is being sent waits
 * for that one, so that no two of a lane are under way in two sends; one that is being sent itself stays as it is.
 */
export function refresh(tx: QueueTransaction, placed: Placed): void {
  const { place } = placed;
  const lane = laneIn(placed);
  const isHead = lane === undefined || tx.laneHead(lane)?.sequence === placed.sequence;
  if (isHead) tx.checkAhead(placed);
  const isFree = isHead && place.waits === 0 && place.hold === HOLD.none && !isOvertaken(tx, placed);
  const ready = isFree && place.dueAt === 0 ? effectiveRank(tx, placed) : null;
  const due = isFree && place.dueAt > 0 ? place.dueAt : null;
  if (ready !== place.ready || due !== place.due) tx.move(placed, { ready, due });
}

/** Works out the head of a lane anew. */
export function refreshHead(tx: QueueTransaction, lane: Lane): void {
  const head = tx.laneHead(lane);
  if (head !== undefined) refresh(tx, head);
}

/** Whether one behind it in its lane is being sent, and it is not. */
export function isOvertaken(tx: QueueTransaction, placed: Placed): boolean {
  const { sequence } = placed;
  const lane = laneIn(placed);
  if (lane === undefined || tx.isLeased(sequence)) return false;
  return tx.leasedBeside(lane, sequence).length > 0;
}

/** Lets the head of a lane go that waited for one behind it, which is no longer being sent. */
export function freeHead(tx: QueueTransaction, item: InLane): void {
  const lane = laneIn(item);
  if (lane !== undefined) refreshHead(tx, lane);
}
