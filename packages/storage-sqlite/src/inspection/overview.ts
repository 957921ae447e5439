import type { OperationState } from '@cpc/sync-core';
import type { SqliteDriver, SqlRow } from '../drivers/sqlite-driver.js';
import { HOLD } from '../engine/place.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import type { QueueTables } from '../schema/tables.js';
import type { OperationGroup, QueueOverview } from './records.js';

const GROUPS = `kind, principal, priority, min(hold, ${HOLD.deadLetter}), ready IS NOT NULL, due IS NOT NULL`;

/** A path that begins with a slash leads somewhere; the empty one stands for the operation itself. */
const REFERS = `coalesce(refs LIKE '%"path":"/%', 0)`;

/** Counts what is in the queue. Its cost grows with the queue. */
export function overview(
  driver: SqliteDriver,
  { operations }: QueueTables,
  tx: QueueTransaction,
): QueueOverview {
  const leased = JSON.stringify([...tx.leases.groups].flatMap(({ items }) => [...items.keys()]));
  const count = (membership: string): readonly SqlRow[] =>
    driver
      .prepare(
        `SELECT ${GROUPS}, count(*), min(created_at), sum(typeof(payload) = 'blob'), sum(${REFERS})
         FROM ${operations} WHERE sequence ${membership} (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3, 4, 5, 6`,
      )
      .all(leased);
  const free = count('NOT IN').map(countedOf);
  const held = count('IN').map(countedOf);
  const groups = [
    ...free.map((counted) => groupOf(counted, stateOfGroup(counted))),
    // Those of one kind, principal and priority may lie in several rows here.
    ...merged(held.map((counted) => groupOf(counted, 'leased'))),
  ];
  const sum = (name: 'count' | 'sealed' | 'referring'): number =>
    [...free, ...held].reduce((total, counted) => total + counted[name], 0);
  return {
    total: sum('count'),
    groups,
    quarantined: Number(tx.sql.countQuarantined.get()?.[0]),
    sealed: sum('sealed'),
    referring: sum('referring'),
  };
}

/** A row of the statement above. */
type Counted = ReturnType<typeof countedOf>;

function countedOf(row: SqlRow) {
  const [kind, principal, priority, hold, isReady, isDue, count, oldestCreatedAt, sealed, referring] = row;
  return {
    kind: String(kind),
    principal: principal === null ? undefined : String(principal),
    priority: Number(priority),
    hold,
    isReady: isReady === 1,
    isDue: isDue === 1,
    count: Number(count),
    oldestCreatedAt: Number(oldestCreatedAt),
    sealed: Number(sealed),
    referring: Number(referring),
  };
}

function groupOf(counted: Counted, state: OperationState): OperationGroup {
  const { kind, principal, priority, count, oldestCreatedAt } = counted;
  return { kind, ...(principal !== undefined && { principal }), priority, state, count, oldestCreatedAt };
}

function stateOfGroup({ hold, isReady, isDue }: Counted): OperationState {
  if (hold === HOLD.parked) return 'parked';
  if (hold === HOLD.deadLetter) return 'deadLetter';
  if (isReady) return 'waiting';
  return isDue ? 'scheduled' : 'blocked';
}

function merged(groups: readonly OperationGroup[]): readonly OperationGroup[] {
  const byKey = new Map<string, OperationGroup>();
  for (const group of groups) {
    const key = JSON.stringify([group.kind, group.principal ?? null, group.priority]);
    const before = byKey.get(key);
    byKey.set(key, {
      ...group,
      count: group.count + (before?.count ?? 0),
      oldestCreatedAt: Math.min(group.oldestCreatedAt, before?.oldestCreatedAt ?? Infinity),
    });
  }
  return [...byKey.values()];
}
