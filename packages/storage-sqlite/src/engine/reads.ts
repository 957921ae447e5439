import type {
  ListQuery,
  NextDueRequest,
  Page,
  Principals,
  StorageStats,
  StoredOperation,
} from '@cpc/sync-core';
import { isKnown, matches } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import type { SqliteStatement } from '../drivers/sqlite-driver.js';
import { type Asked, candidates } from './claim.js';
import { type Lane, laneIn } from './lane.js';
import type { Placed } from './place.js';
import { ascending, failChecksum } from './damage.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';
import { isIntact } from './row-checksum.js';
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
  const lane = laneIn(placed);
  const head = lane === undefined ? undefined : tx.laneHead(lane);
  const ahead = lane === undefined || head === undefined ? [] : aheadOf(tx, placed, lane, head);
  const blockers = tx.sql.blockersOf.all(placed.sequence);
  return [...new Set([...ahead, ...blockers.flatMap(([one]) => tx.placed(one as number)?.id ?? [])])];
}

/** What its lane makes an operation wait for: the head, or, where that is itself, what is being sent behind it. */
function aheadOf(tx: QueueTransaction, { sequence }: Placed, lane: Lane, head: Placed): readonly string[] {
  return head.sequence === sequence ? tx.leasedBeside(lane, sequence) : [head.id];
}

/** How a row becomes what a list shows; `undefined` leaves it out. `chunk` holds the rows that were read with it. */
export type ReadRow = (
  tx: QueueTransaction,
  row: SqlRow,
  chunk: readonly SqlRow[],
) => StoredOperation | undefined;

const readIntact: ReadRow = (tx, row, chunk) => {
  if (isIntact(row)) return tx.stored(row);
  // Damage comes in pages, and putting rows aside reads the whole queue: all are put aside together.
  throw failChecksum(row, ...chunk.filter((other) => other !== row && !isIntact(other)));
};

/** A page in sequence order. */
export function list(
  tx: QueueTransaction,
  query: ListQuery = {},
  read: ReadRow = readIntact,
): Page<StoredOperation> {
  // Not even a sequence below 1, which only damage can give, is left out.
  const { after = -Infinity, limit = 100 } = query;
  const items: StoredOperation[] = [];
  const isFiltered = query.states !== undefined || query.principals !== undefined;
  let position = after;
  for (;;) {
    // One more than the page tells whether there is a next one.
    const most = isFiltered ? CHUNK : Math.min(CHUNK, limit + 1 - items.length);
    const rows = ascending(chunk(tx, query, position, most), position);
    tx.expect(rows);
    for (const row of rows) {
      const stored = matching(tx, row, query, () => read(tx, row, rows));
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
  if (entity !== undefined) {
    const lanes = principalsOf(tx, entity, query).map((principal) =>
      tx.sql.listLane.all(entity, principal, after, kind, kind, limit),
    );
    // What was put aside stands in no lane; there is little of it.
    if (tx.state.data.byState.deadLetter > 0)
      lanes.push(tx.sql.listAside.all(entity, after, kind, kind, limit));
    return lanes.length === 1 ? (lanes[0] ?? []) : lanes.flat().sort(bySequence).slice(0, limit);
  }
  const isHeld = states?.every((state) => state === 'parked' || state === 'deadLetter') ?? false;
  return (isHeld ? tx.sql.listHeld : tx.sql.listAll).all(after, kind, kind, limit);
}

/** Whose lanes of an entity a query asks for, one by one: the index leads from each principal to the next. */
function principalsOf(
  tx: QueueTransaction,
  entity: string,
  { principals }: ListQuery,
): readonly (string | null)[] {
  if (principals !== undefined) return [...new Set(principals)].map((principal) => principal ?? null);
  const found: (string | null)[] = [];
  let row = tx.sql.firstPrincipal.get(entity);
  while (row !== undefined) {
    const principal = row[0] as string | null;
    found.push(principal);
    // An empty text is smaller than every name.
    row = tx.sql.nextPrincipal.get(entity, principal ?? '');
  }
  return found;
}

function bySequence(a: SqlRow, b: SqlRow): number {
  return valueAt(a, WHOLE.at.sequence) - valueAt(b, WHOLE.at.sequence);
}

function matching(
  tx: QueueTransaction,
  row: SqlRow,
  query: ListQuery,
  read: () => StoredOperation | undefined,
): StoredOperation | undefined {
  const placed = placedFromRow(row);
  const listed = {
    state: tx.stateOf(placed),
    kind: valueAt(row, WHOLE.at.kind),
    entity: placed.entity ?? undefined,
    principal: placed.principal ?? undefined,
  };
  return matches(listed, query) ? read() : undefined;
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
export function nextDue(tx: QueueTransaction, { now, ...asked }: NextDueRequest): number | undefined {
  if (candidates(tx, asked, 1).length > 0) return now;
  const { principals } = asked;
  const { nextDue: ofAll, nextDueOf } = tx.sql;
  const times = (
    principals === undefined
      ? [firstDue(tx, ofAll, [], asked)]
      : principals.map((principal) => firstDue(tx, nextDueOf, [principal ?? null], asked))
  ).filter((due) => due !== undefined);
  for (const group of tx.leases.groups) {
    if ([...group.items.keys()].some((sequence) => isOf(tx, sequence, principals)))
      times.push(group.leaseUntil);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The earliest due time of what the caller can send; what it cannot is read past. */
function firstDue(
  tx: QueueTransaction,
  statement: SqliteStatement,
  whose: readonly (string | null)[],
  { knows }: Asked,
): number | undefined {
  for (let reach = 1; ; reach *= 4) {
    const rows = statement.all(...whose, reach) as readonly [number, string, number, number][];
    const known = rows.find(([, kind, version]) => isKnown({ kind, version }, knows));
    if (known !== undefined) return dueTime(tx, known);
    if (rows.length < reach) return undefined;
  }
}

/** The time to which an index led, once the row says the same: a time that is none would be waited for without end. */
function dueTime(
  tx: QueueTransaction,
  [due, , , sequence]: readonly [number, string, number, number],
): number {
  tx.verified(sequence, ({ place }) => place.due === due);
  return due;
}

function isOf(tx: QueueTransaction, sequence: number, principals: Principals | undefined): boolean {
  return principals === undefined || principals.includes(tx.placed(sequence)?.principal ?? undefined);
}
