import type { ListQuery, Page, Principals, StorageStats, StoredOperation } from '@cpc/sync-core';
import { laneOf, matches } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { candidates } from './claim.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';
import { valueAt, WHOLE } from './selection.js';

/** How many rows one read of a list takes from SQLite at most. */
const CHUNK = 500;

export function get(tx: QueueTransaction, id: string): StoredOperation | undefined {
  const row = tx.rowById(id);
  return row && tx.stored(row);
}

/** The head of its lane and what it depends on, where it is blocked. */
export function blockersOf(tx: QueueTransaction, id: string): readonly string[] {
  const placed = tx.placedById(id);
  if (placed === undefined || tx.stateOf(placed) !== 'blocked') return [];
  const lane = laneOf(placed);
  const head = lane === undefined ? undefined : tx.laneHead(lane);
  const ahead = head === undefined || head.sequence === placed.sequence ? [] : [head.id];
  const blockers = tx.sql.blockersOf.all(placed.sequence);
  return [...new Set([...ahead, ...blockers.flatMap(([one]) => tx.placed(one as number)?.id ?? [])])];
}

/** How a row becomes what a list shows; `undefined` leaves it out. */
export type ReadRow = (tx: QueueTransaction, row: SqlRow) => StoredOperation | undefined;

const readIntact: ReadRow = (tx, row) => tx.stored(tx.checked(row));

/** A page in sequence order. */
export function list(
  tx: QueueTransaction,
  query: ListQuery = {},
  read: ReadRow = readIntact,
): Page<StoredOperation> {
  const { after = 0, limit = 100 } = query;
  const items: StoredOperation[] = [];
  const isFiltered = query.states !== undefined || query.principals !== undefined;
  let position = after;
  for (;;) {
    // One more than the page tells whether there is a next one.
    const rows = chunk(tx, query, position, isFiltered ? CHUNK : Math.min(CHUNK, limit + 1 - items.length));
    tx.expect(rows);
    for (const row of rows) {
      const stored = matching(tx, row, query, read);
      if (stored === undefined) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.sequence ?? after };
      items.push(stored);
    }
    const last = rows.at(-1);
    if (last === undefined) return { items };
    position = valueAt(last, WHOLE.at.sequence);
  }
}

function chunk(tx: QueueTransaction, query: ListQuery, after: number, limit: number): readonly SqlRow[] {
  const { entity, states } = query;
  const kind = query.kind ?? null;
  if (entity !== undefined) return tx.sql.listLane.all(entity, after, kind, kind, limit);
  const isHeld = states?.every((state) => state === 'parked' || state === 'deadLetter') ?? false;
  return (isHeld ? tx.sql.listHeld : tx.sql.listAll).all(after, kind, kind, limit);
}

function matching(
  tx: QueueTransaction,
  row: SqlRow,
  query: ListQuery,
  read: ReadRow,
): StoredOperation | undefined {
  const placed = placedFromRow(row);
  const listed = {
    state: tx.stateOf(placed),
    kind: valueAt(row, WHOLE.at.kind),
    entity: placed.entity ?? undefined,
    principal: placed.principal ?? undefined,
  };
  return matches(listed, query) ? read(tx, row) : undefined;
}

export function stats(tx: QueueTransaction): StorageStats {
  const oldest = tx.sql.oldestCreatedAt.get();
  return {
    total: tx.state.total,
    byState: { ...tx.state.data.byState },
    byPriority: { ...tx.state.data.byPriority },
    ...(oldest !== undefined && { oldestCreatedAt: oldest[0] as number }),
    quarantined: tx.sql.countQuarantined.get()?.[0] as number,
  };
}

/** When time alone could let something of these principals go. */
export function nextDue(
  tx: QueueTransaction,
  { now, principals }: { readonly now: number; readonly principals?: Principals },
): number | undefined {
  if (candidates(tx, principals, 1).length > 0) return now;
  const scheduled =
    principals === undefined
      ? [tx.sql.nextDue.get()]
      : principals.map((principal) => tx.sql.nextDueOf.get(principal ?? null));
  const times = scheduled.flatMap((row) => (row === undefined ? [] : [row[0] as number]));
  for (const group of tx.leases.groups) {
    if ([...group.items.keys()].some((sequence) => isOf(tx, sequence, principals)))
      times.push(group.leaseUntil);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

function isOf(tx: QueueTransaction, sequence: number, principals: Principals | undefined): boolean {
  return principals === undefined || principals.includes(tx.placed(sequence)?.principal ?? undefined);
}
