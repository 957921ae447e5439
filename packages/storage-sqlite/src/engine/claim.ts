import type { Claim, ClaimRequest, KnownKinds, Principals } from '@cpc/sync-core';
import { isKnown, laneOf } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { laneIn } from './lane.js';
import { effectiveRank, freeHead, refresh } from './may-go.js';
import { HOLD } from './place.js';
import { placedFromRow } from './place-row.js';
import { DamagedIndex } from './damage.js';
import type { QueueTransaction } from './queue-transaction.js';
import { withMentions } from './mentions.js';
import { leasedItemOf } from './lease-book.js';
import { valueAt, WHOLE } from './selection.js';

/** One that may go: its effective rank, its sequence, and the rank that its row must hold as well. */
interface Candidate {
  readonly rank: number;
  readonly sequence: number;
  readonly stored: number | null;
}

/** Whose operations a caller asks for, and of which kinds. */
export type Asked = Pick<ClaimRequest, 'principals' | 'knows'>;

/** How many scheduled operations one transaction lets go; more take several, so that none is long. */
const WAKE_AT_ONCE = 2000;

/**
 * Lets operations that became due go. What the index says is obeyed only where the row says so too, so that each is met
 * once and the waking ends.
 *
 * @returns false where more are due
 */
export function wake(tx: QueueTransaction, now: number): boolean {
  const due = tx.sql.dueUntil.all(now, WAKE_AT_ONCE) as readonly (readonly [
    dueAt: number,
    sequence: number,
  ])[];
  for (const [dueAt, sequence] of due) {
    const placed = tx.verified(sequence, ({ place }) => place.dueAt === dueAt);
    refresh(tx, tx.move(placed, { dueAt: 0, delayMs: 0 }));
  }
  return due.length < WAKE_AT_ONCE;
}

/** Ends the leases that lapsed: who held them may have sent, so the operations count as attempted. */
export function lapse(tx: QueueTransaction, now: number): void {
  if (tx.state.data.byState.leased === 0) return;
  for (const { leaseUntil, items } of tx.leases.groups) {
    if (leaseUntil > now) continue;
    for (const item of [...items.values()]) {
      const placed = tx.release(item.sequence);
      if (placed !== undefined && !placed.place.attempted) tx.move(placed, { attempted: true });
      freeHead(tx, item);
    }
  }
}

/**
 * Leases what may go, highest effective rank first. A claim that receives nothing writes nothing: its token holds
 * nothing, so it need not be remembered but by the caller, who passes it as `lastToken`.
 */
export function claim(tx: QueueTransaction, request: ClaimRequest, lastToken: number): Claim {
  const { now, leaseMs, signedIn } = request;
  const token = Math.max(tx.state.data.token, lastToken) + 1;
  const leaseUntil = now + leaseMs;
  const principal = tx.state.data.principal ?? undefined;
  if (signedIn !== undefined && signedIn.principal !== principal)
    return { token, leaseUntil, operations: [], signedIn: { principal } };
  let rows = take(tx, request);
  // Whatever was found not to go is parked, or stands elsewhere, so this ends.
  while (rows === undefined) rows = take(tx, request);
  tx.expect(rows);
  for (const row of rows)
    tx.state.moved(valueAt(row, WHOLE.at.ready) === null ? 'blocked' : 'waiting', 'leased');
  if (rows.length > 0) {
    tx.state.data.token = token;
    tx.leases.add(token, leaseUntil, leaseMs, rows.map(leasedItemOf));
  }
  return { token, leaseUntil, operations: rows.map((row) => tx.stored(row)) };
}

/** The first of those that may go, of whatever kind; leased ones left out. */
function heads(tx: QueueTransaction, principals: Principals | undefined, limit: number): Candidate[] {
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

/** The first of those that may go and that the caller can send. It looks at each one that the caller cannot. */
export function candidates(tx: QueueTransaction, { principals, knows }: Asked, limit: number): Candidate[] {
  if (knows === undefined) return heads(tx, principals, limit);
  const found: Candidate[] = [];
  let passed = 0;
  for (let reach = limit; ; reach *= 4) {
    const ahead = heads(tx, principals, reach);
    for (const head of ahead.slice(passed)) if (isKnownAt(tx, head.sequence, knows)) found.push(head);
    if (found.length >= limit || ahead.length < reach) return found.slice(0, limit);
    passed = ahead.length;
  }
}

function isKnownAt(tx: QueueTransaction, sequence: number, knows: KnownKinds): boolean {
  const [kind, version] = (tx.sql.kindOf.get(sequence) ?? []) as [string, number];
  return isKnown({ kind, version }, knows);
}

/** The heads that a claim may take, with their rows. Most callers know all that is there, and the rows tell that too. */
function readHeads(
  tx: QueueTransaction,
  request: ClaimRequest,
): { readonly heads: Candidate[]; readonly rows: ReadonlyMap<number, SqlRow> } {
  const { limit, principals, knows } = request;
  const first = heads(tx, principals, limit);
  const rows = tx.rows(first.map(({ sequence }) => sequence));
  const isStrange = (row: SqlRow): boolean =>
    !isKnown({ kind: valueAt(row, WHOLE.at.kind), version: valueAt(row, WHOLE.at.version) }, knows);
  if (knows === undefined || ![...rows.values()].some(isStrange)) return { heads: first, rows };
  const known = candidates(tx, request, limit);
  return { heads: known, rows: tx.rows(known.map(({ sequence }) => sequence)) };
}

/**
 * Takes heads and, with `perEntity`, those right behind them, by effective rank and sequence.
 *
 * @returns `undefined` where one was found not to go after all, so that others may go in its place
 */
function take(tx: QueueTransaction, request: ClaimRequest): readonly SqlRow[] | undefined {
  const { limit, perEntity = 1 } = request;
  const { heads, rows } = readHeads(tx, request);
  const followers: Candidate[] = [];
  const taken: SqlRow[] = [];
  const depths = new Map<string, number>();
  while (taken.length < limit) {
    const next = nextOf(heads, followers);
    if (next === undefined) break;
    const row = rows.get(next.sequence) ?? tx.sql.row.get(next.sequence);
    if (row === undefined || valueAt(tx.checked(row), WHOLE.at.ready) !== next.stored)
      throw new DamagedIndex();
    const free = withMentions(tx, row, request.now);
    if (free === undefined) return undefined;
    taken.push(free);
    const follower = perEntity > 1 ? followerOf(tx, free, request, depths) : undefined;
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
  { knows, perEntity = 1 }: ClaimRequest,
  depths: Map<string, number>,
): Candidate | undefined {
  const placed = placedFromRow(row);
  const { sequence } = placed;
  const lane = laneIn(placed);
  const name = laneOf(placed);
  if (lane === undefined || name === undefined) return undefined;
  const depth = (depths.get(name) ?? 0) + 1;
  depths.set(name, depth);
  const next = depth < perEntity ? tx.laneAfter(lane, sequence) : undefined;
  if (next === undefined) return undefined;
  if (next.place.ahead !== sequence) tx.checkAhead(next);
  const { waits, hold, dueAt } = next.place;
  if (waits > 0 || hold !== HOLD.none || dueAt > 0 || tx.isLeased(next.sequence)) return undefined;
  if (knows !== undefined && !isKnownAt(tx, next.sequence, knows)) return undefined;
  return { rank: effectiveRank(tx, next), sequence: next.sequence, stored: next.place.ready };
}

function byRank(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || a.sequence - b.sequence;
}
