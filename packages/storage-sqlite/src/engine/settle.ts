import type { IdAssignment, NewOperation, Settlement, SettleResult, VersionChange } from '@cpc/sync-core';
import {
  appendAttempt,
  followSuccessors,
  MOVED_FOLLOWERS,
  REMEMBERED_ASSIGNMENTS,
  rewriteReferences,
} from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import type { LeasedItem } from './lease-book.js';
import { logOf } from './attempt-log.js';
import { clamp } from './clamp.js';
import { HOLD, type Placed, placedFromRow } from './place.js';
import { exchange, type Progress, refresh, refreshHead, remove, settleLane } from './order.js';
import type { QueueTransaction } from './queue-transaction.js';
import { runsOf } from './runs.js';

type Staying = Exclude<Settlement, { kind: 'remove' }>;

/** Settles what `token` still holds. */
export function settle(
  tx: QueueTransaction,
  token: number,
  settlements: readonly Settlement[],
): readonly SettleResult[] {
  const held = tx.leases.heldBy(token);
  const settled = new Map<LeasedItem, Settlement>();
  const results = settlements.map((settlement): SettleResult => {
    const item = held.get(settlement.id);
    if (item === undefined || settled.has(item)) return 'stale';
    settled.set(item, settlement);
    return 'settled';
  });
  const { dependencies, references } = tx.state.data;
  if (dependencies === 0 && references === 0 && [...settled.values()].every(isPlainRemoval)) {
    removeAll(tx, [...settled.keys()]);
  } else {
    for (const [item, settlement] of settled) settleOne(tx, item, settlement);
  }
  return results;
}

/** Extends what `token` still holds. */
export function renew(
  tx: QueueTransaction,
  token: number,
  ids: readonly string[],
  leaseUntil: number,
  leaseMs: number,
): readonly string[] {
  const held = tx.leases.heldBy(token);
  const items = ids.map((id) => held.get(id)).filter((item) => item !== undefined);
  tx.leases.extend(
    items.map(({ sequence }) => sequence),
    leaseUntil,
    leaseMs,
  );
  return ids.filter((id) => held.has(id));
}

function isPlainRemoval(settlement: Settlement): boolean {
  return settlement.kind === 'remove' && settlement.assign === undefined && settlement.version === undefined;
}

/** The common end: all were acknowledged and nothing mentions them. Neighbours leave in one statement. */
function removeAll(tx: QueueTransaction, items: readonly LeasedItem[]): void {
  const sorted = [...items].sort((a, b) => a.sequence - b.sequence);
  for (const [first, last] of runsOf(sorted.map(({ sequence }) => sequence)))
    tx.sql.removeRun.run(first, last);
  const lanes = new Map<string, number>();
  for (const { sequence, id, entity, priority } of sorted) {
    tx.leases.release(sequence);
    tx.leave(id, null);
    tx.state.removed('leased', priority);
    if (entity !== null) lanes.set(entity, sequence);
  }
  for (const [entity, last] of lanes) refreshAfter(tx, entity, last);
}

/** Usually the head left and the next takes its place; what left from the middle takes more care. */
function refreshAfter(tx: QueueTransaction, entity: string, lastGone: number): void {
  const isOvertaken = tx.laneBefore(entity, lastGone) !== undefined;
  if (isOvertaken) settleLane(tx, entity, lastGone);
  else refreshHead(tx, entity);
}

function settleOne(tx: QueueTransaction, item: LeasedItem, settlement: Settlement): void {
  const placed = tx.release(item.sequence);
  if (placed === undefined) return;
  if (settlement.kind === 'remove') {
    if (settlement.version !== undefined) moveFollowers(tx, placed, settlement.version);
    remove(tx, placed);
    if (settlement.assign !== undefined) assign(tx, settlement.assign);
    return;
  }
  if (settlement.kind === 'replace') {
    replace(tx, placed, settlement);
    return;
  }
  stay(tx, placed, settlement);
}

function stay(tx: QueueTransaction, placed: Placed, settlement: Exclude<Staying, { kind: 'replace' }>): void {
  const { attempts, attempted } = placed.place;
  const counted = (counts: boolean): number => attempts + Number(counts);
  const keepLog = settlement.attempt === undefined;
  switch (settlement.kind) {
    case 'reschedule': {
      // A due time in the past still waits for the next claim to find it due.
      const dueAt = Math.max(1, clamp(settlement.dueAt));
      const delayMs = Math.max(0, clamp(settlement.delayMs));
      const change = { attempted: true, attempts: counted(settlement.counts), dueAt, delayMs };
      refresh(tx, record(tx, placed, change, settlement));
      return;
    }
    case 'release': {
      const change = { attempted: attempted || settlement.sent, dueAt: 0, delayMs: 0 };
      const isSame = change.attempted === attempted && placed.place.dueAt === 0;
      if (keepLog && isSame) return;
      refresh(tx, keepLog ? tx.move(placed, change) : record(tx, placed, change, settlement));
      return;
    }
    case 'hold': {
      const hold = HOLD[settlement.state];
      const change = {
        attempted: attempted || settlement.sent !== false,
        attempts: counted(settlement.counts),
        hold,
        dueAt: 0,
        delayMs: 0,
      };
      refresh(tx, record(tx, placed, change, settlement));
    }
  }
}

function record(
  tx: QueueTransaction,
  placed: Placed,
  change: Partial<Placed['place']>,
  settlement: Exclude<Staying, { kind: 'replace' }>,
): Placed {
  const failure = settlement.kind === 'hold' ? settlement.failure : undefined;
  return tx.progress(placed, change, ({ history }) => ({
    history: appendAttempt(history, settlement.attempt),
    failure,
  }));
}

function replace(
  tx: QueueTransaction,
  placed: Placed,
  settlement: Extract<Settlement, { kind: 'replace' }>,
): void {
  const row = tx.row(placed.sequence);
  if (row === undefined) return;
  const history = appendAttempt(logOf(row).history, settlement.attempt);
  takePlace(tx, placed, settlement.operation, history);
}

/** Puts another operation in the place of one, and makes it go at once. */
export function takePlace(
  tx: QueueTransaction,
  placed: Placed,
  operation: NewOperation,
  history: Progress['log']['history'],
): void {
  tx.leave(placed.id, operation.id);
  exchange(tx, placed, followSuccessors(operation, tx), goingAtOnce({ history }));
}

/** The progress of an operation that takes another's place and may go at once. */
function goingAtOnce({ history }: Pick<Progress['log'], 'history'>): Progress {
  return {
    attempts: 0,
    attempted: false,
    hold: HOLD.none,
    dueAt: 0,
    delayMs: 0,
    log: { history, failure: undefined },
  };
}

/** Puts what was made on top of the same version on top of the new one. */
function moveFollowers(
  tx: QueueTransaction,
  { entity, principal, sequence }: Placed,
  version: VersionChange,
): void {
  if (entity === null) return;
  let next = tx.laneAfter(entity, sequence);
  for (let left = MOVED_FOLLOWERS; left > 0 && next !== undefined; left--) {
    if (!next.place.attempted && !tx.isLeased(next.sequence) && next.principal === principal)
      moveOne(tx, next, version);
    next = tx.laneAfter(entity, next.sequence);
  }
}

function moveOne(tx: QueueTransaction, placed: Placed, { from, to }: VersionChange): void {
  const row = tx.row(placed.sequence);
  if (row === undefined) return;
  const operation = tx.operation(row);
  if (operation.baseVersion === from) rewrite(tx, placed, row, { ...operation, baseVersion: to });
}

/** Puts the operation in the place of what it was before, as far as that had come. */
function rewrite(tx: QueueTransaction, placed: Placed, row: SqlRow, operation: NewOperation): void {
  const { attempts, attempted, hold, dueAt, delayMs } = placed.place;
  exchange(tx, placed, operation, { attempts, attempted, hold, dueAt, delayMs, log: logOf(row) });
}

/** Puts a permanent id in the place of a temporary one, in all that was never attempted. */
function assign(tx: QueueTransaction, { from, to }: IdAssignment): void {
  const number = ++tx.state.data.assignments;
  tx.sql.assign.run(number, from, to);
  tx.sql.forgetAssignments.run(number - REMEMBERED_ASSIGNMENTS);
  for (const [sequence] of tx.sql.referring.all(from)) {
    const row = tx.row(sequence as number);
    if (row === undefined) continue;
    const placed = placedFromRow(row);
    if (placed.place.attempted || tx.isLeased(placed.sequence)) continue;
    const operation = rewriteReferences(tx.operation(row), (id) => (id === from ? to : undefined));
    rewrite(tx, placed, row, operation);
  }
}
