import type { Claim, ClaimRequest, Principals } from '@cpc/sync-core';
import { laneOf } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { effectiveRank, refresh } from './may-go.js';
import { HOLD } from './place.js';
import { placedFromRow, placedOf } from './place-row.js';
import { DamagedIndex, type QueueTransaction } from './queue-transaction.js';
import { leasedItemOf } from './lease-book.js';
import { valueAt, WHOLE } from './selection.js';

/** One that may go: its effective rank, its sequence, and the rank that its row must hold as well. */
interface Candidate {
  readonly rank: number;
  readonly sequence: number;
  readonly stored: number | null;
}

/** How many scheduled operations one transaction lets go; more take several, so that none is long. */
const WAKE_AT_ONCE = 2000;

/** Lets operations that became due go. @returns false where more are due */
export function wake(tx: QueueTransaction, now: number): boolean {
  const due = tx.sql.dueUntil.all(now, WAKE_AT_ONCE);
  for (const row of due) refresh(tx, tx.move(placedOf(row), { dueAt: 0, delayMs: 0 }));
  return due.length < WAKE_AT_ONCE;
}

/** Ends the leases that lapsed: who held them may have sent, so the operations count as attempted. */
export function lapse(tx: QueueTransaction, now: number): void {
  if (tx.state.data.byState.leased === 0) return;
  for (const { leaseUntil, items } of tx.leases.groups) {
    if (leaseUntil > now) continue;
    for (const { sequence } of [...items.values()]) {
      const placed = tx.release(sequence);
      if (placed !== undefined && !placed.place.attempted) tx.move(placed, { attempted: true });
    }
  }
}

/**
 * Leases what may go, highest effective rank first. A claim that receives nothing writes nothing: its token holds
 * nothing, so it need not be remembered but by the caller, who passes it as `lastToken`.
 */
export function claim(tx: QueueTransaction, request: ClaimRequest, lastToken: number): Claim {
  const { now, leaseMs } = request;
  const token = Math.max(tx.state.data.token, lastToken) + 1;
  const leaseUntil = now + leaseMs;
  const rows = take(tx, request);
  tx.expect(rows);
  for (const row of rows)
    tx.state.moved(valueAt(row, WHOLE.at.ready) === null ? 'blocked' : 'waiting', 'leased');
  if (rows.length > 0) {
    tx.state.data.token = token;
    tx.leases.add(token, leaseUntil, leaseMs, rows.map(leasedItemOf));
  }
  return { token, leaseUntil, operations: rows.map((row) => tx.stored(row)) };
}

/** The first of those that may go, leased ones left out. */
export function candidates(
  tx: QueueTransaction,
  principals: Principals | undefined,
  limit: number,
): Candidate[] {
  // What is leased stays among the ready, at their beginning; it is read past.
  const reach = limit + tx.state.data.byState.leased;
  const { readyOpen, readyOwned, readyOfPrincipal } = tx.sql;
  const found =
    principals === undefined
      ? [readyOpen.all(reach), readyOwned.all(reach)]
      : [...new Set(principals)].map((name) =>
          name === undefined ? readyOpen.all(reach) : readyOfPrincipal.all(name, reach),
        );
  const lists = found.filter(({ length }) => length > 0);
  const free: Candidate[] = [];
  for (const [rank, sequence] of lists.flat() as [number, number][])
    if (!tx.isLeased(sequence)) free.push({ rank, sequence, stored: rank });
  if (lists.length > 1) free.sort(byRank);
  return free.slice(0, limit);
}

/** Takes heads and, with `perEntity`, those right behind them, by effective rank and sequence. */
function take(tx: QueueTransaction, request: ClaimRequest): readonly SqlRow[] {
  const { limit, principals, perEntity = 1 } = request;
  const heads = candidates(tx, principals, limit);
  const rows = tx.rows(heads.map(({ sequence }) => sequence));
  const followers: Candidate[] = [];
  const taken: SqlRow[] = [];
  const depths = new Map<string, number>();
  while (taken.length < limit) {
    const next = nextOf(heads, followers);
    if (next === undefined) break;
    const row = rows.get(next.sequence) ?? tx.sql.row.get(next.sequence);
    if (row === undefined || valueAt(tx.checked(row), WHOLE.at.ready) !== next.stored)
      throw new DamagedIndex();
    taken.push(row);
    const follower = perEntity > 1 ? followerOf(tx, row, request, depths) : undefined;
    if (follower !== undefined) followers.push(follower);
  }
  return taken;
}

function nextOf(heads: Candidate[], followers: Candidate[]): Candidate | undefined {
  if (followers.length > 1) followers.sort(byRank);
  const [head, follower] = [heads[0], followers[0]];
  if (head === undefined || (follower !== undefined && byRank(follower, head) < 0)) return followers.shift();
  return heads.shift();
}

/** The next of the lane, if the same claim may hold it: nothing but its predecessors stands before it. */
function followerOf(
  tx: QueueTransaction,
  row: SqlRow,
  { principals, perEntity = 1 }: ClaimRequest,
  depths: Map<string, number>,
): Candidate | undefined {
  const placed = placedFromRow(row);
  const { sequence } = placed;
  const lane = laneOf(placed);
  if (lane === undefined) return undefined;
  const depth = (depths.get(lane) ?? 0) + 1;
  depths.set(lane, depth);
  const next = depth < perEntity ? tx.laneAfter(lane, sequence) : undefined;
  if (next === undefined) return undefined;
  if (next.place.ahead !== sequence) tx.checkAhead(next);
  const { waits, hold, dueAt } = next.place;
  if (waits > 0 || hold !== HOLD.none || dueAt > 0 || tx.isLeased(next.sequence)) return undefined;
  if (principals !== undefined && !principals.includes(next.principal ?? undefined)) return undefined;
  return { rank: effectiveRank(tx, next), sequence: next.sequence, stored: next.place.ready };
}

function byRank(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || a.sequence - b.sequence;
}
