import type { OperationState } from '@cpc/sync-core';
import type { SqliteDriver, SqlRow } from '../drivers/sqlite-driver.js';
import type { QueueTransaction } from '../engine/queue-transaction.js';
import type { QueueTables } from '../schema/tables.js';
import type { OperationGroup, QueueOverview } from './records.js';

const GROUPS = `kind, principal, priority, hold, ready IS NOT NULL, due IS NOT NULL`;

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
  const free = count('NOT IN');
  const held = count('IN');
  const groups = [
    ...free.map((row) => groupOf(row, stateOfGroup(row))),
    // Those of one kind, principal and priority may lie in several rows here.
    ...merged(held.map((row) => groupOf(row, 'leased'))),
  ];
  const sum = (column: number): number =>
    [...free, ...held].reduce((total, row) => total + Number(row[column]), 0);
  return {
    total: sum(6),
    groups,
    quarantined: Number(tx.sql.countQuarantined.get()?.[0]),
    sealed: sum(8),
    referring: sum(9),
  };
}

function groupOf(row: SqlRow, state: OperationState): OperationGroup {
  const [kind, principal, priority] = row;
  return {
    kind: String(kind),
    ...(principal !== null && { principal: String(principal) }),
    priority: Number(priority),
    state,
    count: Number(row[6]),
    oldestCreatedAt: Number(row[7]),
  };
}

function stateOfGroup([, , , hold, isReady, isDue]: SqlRow): OperationState {
  if (hold === 1) return 'parked';
  if (hold === 2) return 'deadLetter';
  if (isReady === 1) return 'waiting';
  return isDue === 1 ? 'scheduled' : 'blocked';
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
