import type { NewOperation } from '@cpc/sync-core';
import { laneOf, type Progress } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { logOf } from './attempt-log.js';
import { rowValues } from './operation-row.js';
import { HOLD, type Place, type Placed, reached, stateOf } from './place.js';
import { DamagedIndex, type QueueTransaction } from './queue-transaction.js';

/** Adds an operation at the end. @returns its sequence, or `undefined` where its id is in the queue already */
export function append(
  tx: QueueTransaction,
  operation: NewOperation,
  progress: Progress,
): number | undefined {
  const sequence = tx.state.data.sequence + 1;
  const { dependsOn } = operation;
  const lane = laneOf(operation);
  const tail = lane === undefined ? undefined : tx.laneTail(lane);
  const blockers = dependsOn.length === 0 ? [] : earlierOf(tx, dependsOn, sequence);
  const place = placeOf(operation, progress, blockers.length, tail);
  if (!insert(tx, sequence, operation, place, progress)) return undefined;
  tx.state.data.sequence = sequence;
  if (blockers.length > 0) waitFor(tx, sequence, blockers);
  if (lane !== undefined && place.boost !== null) relaxLane(tx, lane);
  return sequence;
}

/** Puts another operation into the place of one, under the same sequence; its dependents go on waiting for it. */
export function exchange(
  tx: QueueTransaction,
  before: Placed,
  operation: NewOperation,
  progress: Progress,
): void {
  const { sequence } = before;
  tx.sql.remove.run(sequence);
  leave(tx, before);
  if (operation.id !== before.id) renameInDependents(tx, sequence, before.id, operation.id);
  const blockers = earlierOf(tx, operation.dependsOn, sequence);
  const lane = laneOf(operation);
  const previous = lane === undefined ? undefined : tx.laneBefore(lane, sequence);
  const ahead = previous && { sequence: previous.sequence, weight: previous.place.weight };
  const place = placeOf(operation, progress, blockers.length, ahead);
  // The rules let nobody take an id that is in the queue.
  if (!insert(tx, sequence, operation, place, progress)) throw new DamagedIndex();
  if (blockers.length > 0) waitFor(tx, sequence, blockers);
  reweigh(tx, sequence);
  if (lane !== undefined) settleLane(tx, lane, sequence);
}

/** Takes an operation out for good, and lets go what waited for it. */
export function remove(tx: QueueTransaction, placed: Placed): void {
  const { sequence } = placed;
  if (tx.sql.remove.run(sequence) === 0) return;
  leave(tx, placed);
  tx.leave(placed.id, null);
  if (tx.state.data.dependencies > 0) releaseDependents(tx, sequence);
}

/** Works out whether the operation may go, now or later. */
export function refresh(tx: QueueTransaction, placed: Placed): void {
  const { place } = placed;
  const lane = laneOf(placed);
  const isHead = lane === undefined || tx.laneHead(lane)?.sequence === placed.sequence;
  if (isHead) tx.checkAhead(placed);
  const isFree = isHead && place.waits === 0 && place.hold === HOLD.none;
  const ready = isFree && place.dueAt === 0 ? effectiveRank(tx, placed) : null;
  const due = isFree && place.dueAt > 0 ? place.dueAt : null;
  if (ready !== place.ready || due !== place.due) tx.move(placed, { ready, due });
}

/** Works out the head of a lane anew. */
export function refreshHead(tx: QueueTransaction, lane: string): void {
  const head = tx.laneHead(lane);
  if (head !== undefined) refresh(tx, head);
}

/** The highest weight of the operation and of all behind it in its lane. */
export function effectiveRank(tx: QueueTransaction, placed: Placed): number {
  const { sequence, place } = placed;
  const lane = laneOf(placed);
  if (lane === undefined) return place.weight;
  const boost = tx.sql.highestBoost.get(lane, sequence)?.[0] as number | undefined;
  return Math.max(place.weight, boost ?? place.weight);
}

/** After an operation left a lane, entered it, or changed its weight: who may go, and what the others inherit. */
export function settleLane(tx: QueueTransaction, lane: string, around: number): void {
  const after = tx.laneAfter(lane, around);
  if (after !== undefined) refresh(tx, fixBoost(tx, after));
  relaxLane(tx, lane);
}

/** Whatever the lane's members wait for inherits from the lane. */
function relaxLane(tx: QueueTransaction, lane: string): void {
  refreshHead(tx, lane);
  if (tx.state.data.dependencies === 0) return;
  for (const [member] of tx.sql.gated.all(lane)) reweighBlockers(tx, member as number);
}

function releaseDependents(tx: QueueTransaction, sequence: number): void {
  const dependents = tx.sql.dependentsOf.all(sequence);
  if (dependents.length === 0) return;
  tx.state.data.dependencies -= tx.sql.removeDependents.run(sequence);
  for (const [dependent] of dependents) {
    const placed = tx.placed(dependent as number);
    if (placed !== undefined) refresh(tx, tx.move(placed, { waits: placed.place.waits - 1 }));
  }
}

/** Works out what an operation inherits from those that depend on it, and passes a change on. */
function reweigh(tx: QueueTransaction, sequence: number): void {
  const placed = tx.placed(sequence);
  if (placed === undefined) return;
  let weight = placed.rank;
  for (const [dependent] of tx.sql.dependentsOf.all(sequence)) {
    const other = tx.placed(dependent as number);
    if (other !== undefined) weight = Math.max(weight, effectiveRank(tx, other));
  }
  if (weight === placed.place.weight) return;
  const moved = fixBoost(tx, tx.move(placed, { weight }));
  const lane = laneOf(moved);
  if (lane === undefined) {
    refresh(tx, moved);
    reweighBlockers(tx, sequence);
  } else {
    settleLane(tx, lane, sequence);
  }
}

function placeOf(
  operation: NewOperation,
  progress: Progress,
  waits: number,
  ahead: { readonly sequence: number; readonly weight: number } | undefined,
): Place {
  const { rank: weight } = operation;
  const { attempts, attempted, hold, dueAt, delayMs } = reached(progress);
  const isFree = ahead === undefined && waits === 0 && hold === HOLD.none;
  return {
    attempts,
    attempted,
    hold,
    dueAt,
    delayMs,
    ahead: ahead?.sequence ?? null,
    waits,
    weight,
    boost: ahead !== undefined && weight > ahead.weight ? weight : null,
    ready: isFree && dueAt === 0 ? weight : null,
    due: isFree && dueAt > 0 ? dueAt : null,
  };
}

function insert(
  tx: QueueTransaction,
  sequence: number,
  operation: NewOperation,
  place: Place,
  { history, failure }: Progress,
): boolean {
  if (!tx.add(rowValues({ sequence, operation, seal: tx.seal }, place, { history, failure }))) return false;
  tx.state.added(stateOf(place), operation.priority);
  for (const { id } of operation.references) {
    tx.state.data.references += tx.sql.addReference.run(id, sequence);
  }
  return true;
}

/** Undoes what its place meant to others, after its row is gone. What depends on it goes on waiting. */
function leave(tx: QueueTransaction, placed: Placed): void {
  const { sequence } = placed;
  const lane = laneOf(placed);
  tx.state.removed(tx.stateOf(placed), placed.priority);
  if (tx.state.data.references > 0) tx.state.data.references -= tx.sql.removeReferences.run(sequence);
  if (lane !== undefined) settleLane(tx, lane, sequence);
  if (placed.place.waits === 0) return;
  const blockers = tx.sql.blockersOf.all(sequence);
  tx.state.data.dependencies -= tx.sql.removeBlockers.run(sequence);
  for (const [blocker] of blockers) reweigh(tx, blocker as number);
}

function waitFor(tx: QueueTransaction, sequence: number, blockers: readonly number[]): void {
  for (const blocker of blockers) tx.state.data.dependencies += tx.sql.addDependency.run(blocker, sequence);
  for (const blocker of blockers) reweigh(tx, blocker);
}

function reweighBlockers(tx: QueueTransaction, sequence: number): void {
  for (const [blocker] of tx.sql.blockersOf.all(sequence)) reweigh(tx, blocker as number);
}

/** Only what came earlier can be waited for, so the waiting never goes round in a circle. */
function earlierOf(tx: QueueTransaction, ids: readonly string[], sequence: number): readonly number[] {
  const found = ids.map((id) => tx.sequenceOf(id)).filter((one) => one !== undefined);
  return [...new Set(found)].filter((one) => one < sequence);
}

function fixBoost(tx: QueueTransaction, placed: Placed): Placed {
  const { sequence, place } = placed;
  const lane = laneOf(placed);
  const previous = lane === undefined ? undefined : tx.laneBefore(lane, sequence);
  const boost = previous !== undefined && place.weight > previous.place.weight ? place.weight : null;
  return boost === place.boost ? placed : tx.move(placed, { boost });
}

function renameInDependents(tx: QueueTransaction, sequence: number, from: string, to: string): void {
  for (const [dependent] of tx.sql.dependentsOf.all(sequence)) {
    const row = tx.row(dependent as number);
    if (row === undefined) continue;
    const placed = tx.placed(dependent as number) as Placed;
    const operation = tx.operation(row);
    const dependsOn = operation.dependsOn.map((id) => (id === from ? to : id));
    rewrite(tx, placed, row, { ...operation, dependsOn });
  }
}

/** Writes other content that changes no place. */
function rewrite(tx: QueueTransaction, placed: Placed, row: SqlRow, operation: NewOperation): void {
  tx.sql.remove.run(placed.sequence);
  const source = { sequence: placed.sequence, operation, seal: tx.seal };
  tx.add(rowValues(source, placed.place, logOf(row)));
}
