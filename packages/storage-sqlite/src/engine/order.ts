import type { NewOperation } from '@cpc/sync-core';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import type { Fate, Progress } from '@cpc/sync-core/storage-kit';
import { logOf } from './attempt-log.js';
import { type Lane, laneIn } from './lane.js';
import { refresh } from './may-go.js';
import { rowValues } from './operation-row.js';
import { HOLD, type Place, type Placed, progressOf, reached, stateOf } from './place.js';
import { DamagedIndex } from './damage.js';
import type { QueueTransaction } from './queue-transaction.js';
import { lentTo, RankFlow } from './rank-flow.js';

/** Adds an operation at the end. @returns its sequence, or `undefined` where its id is in the queue already */
export function append(
  tx: QueueTransaction,
  operation: NewOperation,
  progress: Progress,
): number | undefined {
  const sequence = tx.state.data.sequence + 1;
  const lane = progress.hold === 'aside' ? undefined : laneIn(operation);
  const tail = lane === undefined ? undefined : tx.laneTail(lane);
  const blockers = earlierOf(tx, operation.dependsOn, sequence);
  const place = placeOf({ progress, weight: operation.rank, waits: blockers.length, ahead: tail });
  if (!insert(tx, sequence, operation, place, progress)) return undefined;
  tx.state.data.sequence = sequence;
  // Most wait for nothing by name and are no more urgent than the one ahead of them, which then changes for nobody.
  if (blockers.length === 0 && place.boost === null) return sequence;
  const flow = new RankFlow(tx);
  waitFor(tx, sequence, blockers, place.weight, flow);
  if (lane !== undefined && place.boost !== null) flow.laneChanged(lane, sequence);
  flow.run();
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
  const flow = new RankFlow(tx);
  tx.removeRow(before);
  leave(tx, before, flow);
  if (operation.id !== before.id) renameInDependents(tx, sequence, before.id, operation.id);
  enter(tx, sequence, operation, progress, flow);
}

/** Puts an operation into the place of a sequence that nobody has, in front of those of its lane that came later. */
export function enter(
  tx: QueueTransaction,
  sequence: number,
  operation: NewOperation,
  progress: Progress,
  flow: RankFlow = new RankFlow(tx),
): void {
  const lane = progress.hold === 'aside' ? undefined : laneIn(operation);
  const previous = lane === undefined ? undefined : tx.laneBefore(lane, sequence);
  const ahead = previous && { sequence: previous.sequence, weight: previous.place.weight };
  const blockers = earlierOf(tx, operation.dependsOn, sequence);
  const weight = Math.max(operation.rank, lentTo(tx, sequence));
  const isOvertaken = lane !== undefined && tx.leasedBeside(lane, sequence).length > 0;
  const place = placeOf({ progress, weight, waits: blockers.length, ahead, isOvertaken });
  // The rules let nobody take an id that is in the queue.
  if (!insert(tx, sequence, operation, place, progress)) throw new DamagedIndex();
  waitFor(tx, sequence, blockers, weight, flow);
  if (lane !== undefined) flow.laneChanged(lane, sequence);
  flow.run();
}

/** Takes an operation out for good, and lets go what waited for it. */
export function remove(tx: QueueTransaction, placed: Placed, fate: Fate = null): void {
  const { sequence } = placed;
  if (!tx.removeRow(placed)) return;
  const flow = new RankFlow(tx);
  leave(tx, placed, flow);
  tx.leave(placed.id, fate);
  if (tx.state.data.dependencies > 0) releaseDependents(tx, sequence);
  flow.run();
}

/** Changes how far an operation came, which may take it out of its lane or back into it. */
export function advance(
  tx: QueueTransaction,
  placed: Placed,
  change: (progress: Progress) => Progress,
  leavesLane = false,
): void {
  if (!leavesLane && placed.place.hold !== HOLD.aside) {
    refresh(tx, tx.progress(placed, change));
    return;
  }
  const row = tx.row(placed.sequence);
  if (row !== undefined)
    exchange(tx, placed, tx.operation(row), change(progressOf(placed.place, logOf(row))));
}

/** After operations left a lane, of which this was the last: who may go, and what the others inherit. */
export function settleLane(tx: QueueTransaction, lane: Lane, sequence: number): void {
  const flow = new RankFlow(tx);
  flow.laneChanged(lane, sequence);
  flow.run();
}

/** Undoes what its place meant to others, after its row is gone. What depends on it goes on waiting. */
function leave(tx: QueueTransaction, placed: Placed, flow: RankFlow): void {
  const { sequence, place } = placed;
  const lane = laneIn(placed);
  tx.state.removed(tx.stateOf(placed), placed.priority);
  if (tx.state.data.references > 0) tx.state.data.references -= tx.sql.removeReferences.run(sequence);
  if (lane !== undefined) flow.laneChanged(lane, sequence);
  if (place.waits === 0) return;
  flow.revisit(tx.sql.blockersOf.all(sequence).map(([blocker]) => blocker as number));
  tx.state.data.dependencies -= tx.sql.removeBlockers.run(sequence);
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

/** Lets an operation wait for those that it depends on, and lends them its rank. */
function waitFor(
  tx: QueueTransaction,
  sequence: number,
  blockers: readonly number[],
  rank: number,
  flow: RankFlow,
): void {
  for (const blocker of blockers)
    tx.state.data.dependencies += tx.sql.addDependency.run(blocker, sequence, rank);
  flow.revisit(blockers);
}

/** Only what came earlier can be waited for, so the waiting never goes round in a circle. */
function earlierOf(tx: QueueTransaction, ids: readonly string[], sequence: number): readonly number[] {
  if (ids.length === 0) return ids as readonly [];
  const found = ids.map((id) => tx.sequenceOf(id)).filter((one) => one !== undefined);
  return [...new Set(found)].filter((one) => one < sequence);
}

function placeOf({
  progress,
  weight,
  waits,
  ahead,
  isOvertaken = false,
}: {
  readonly progress: Progress;
  readonly weight: number;
  readonly waits: number;
  readonly ahead: { readonly sequence: number; readonly weight: number } | undefined;
  /** One behind it in its lane is being sent. */
  readonly isOvertaken?: boolean;
}): Place {
  const { attempts, attempted, hold, dueAt, delayMs } = reached(progress);
  const isFree = ahead === undefined && waits === 0 && hold === HOLD.none && !isOvertaken;
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
  for (const { id } of operation.references)
    tx.state.data.references += tx.sql.addReference.run(id, sequence);
  return true;
}

/** Writes the new id into what depends on an operation; that changes no place. */
function renameInDependents(tx: QueueTransaction, sequence: number, from: string, to: string): void {
  for (const [dependent] of tx.sql.dependentsOf.all(sequence)) {
    const placed = tx.placed(dependent as number);
    const row = tx.row(dependent as number);
    if (placed === undefined || row === undefined) continue;
    const operation = tx.operation(row);
    const dependsOn = operation.dependsOn.map((id) => (id === from ? to : id));
    writeContent(tx, placed, row, { ...operation, dependsOn });
  }
}

/** Writes other content into a row; that changes no place. */
export function writeContent(
  tx: QueueTransaction,
  placed: Placed,
  row: SqlRow,
  operation: NewOperation,
): void {
  const { sequence, place } = placed;
  tx.removeRow(placed);
  if (!tx.add(rowValues({ sequence, operation, seal: tx.seal }, place, logOf(row)))) throw new DamagedIndex();
}
