import type { IdAssignment } from '@cpc/sync-core';
import { REMEMBERED_ASSIGNMENTS } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import type { QueueState } from './queue-state.js';
import type { Statements } from './statements.js';

const SEED = 0x2d95;

/** Keeps which permanent id took the place of a temporary one. */
export function keepAssignment(
  { sql, state }: { readonly sql: Statements; readonly state: QueueState },
  { from, to }: IdAssignment,
): void {
  let number = state.data.assignments + 1;
  // Only a row whose number was altered can be in the way, and it stays as it is.
  while (sql.assignmentAt.get(number) !== undefined) number++;
  state.data.assignments = number;
  sql.assign.run(number, from, to, checksumOf([number, from, to], SEED));
  sql.forgetAssignments.run(number - REMEMBERED_ASSIGNMENTS);
}

/** The permanent id of a temporary one, where its row is as it was written. */
export function assignedTo(sql: Statements, temporaryId: string): string | undefined {
  const row = sql.assigned.get(temporaryId);
  return row !== undefined && isIntact(row) ? (row[2] as string) : undefined;
}

/** How many of these rows are not as they were written. Reads all of them, some 10,000 at the most. */
export function damagedAssignments(sql: Statements): number {
  return sql.assignments.all().filter((row) => !isIntact(row)).length;
}

/** The highest number of a row that is as it was written. */
export function lastAssignment(sql: Statements): number {
  return Math.max(0, ...numbers(sql.assignments.all().filter(isIntact)));
}

/** Gives the rows of an older format their checksums. */
export function sealAssignments(sql: Statements): void {
  for (const row of sql.assignments.all()) {
    sql.sealAssignment.run(checksumOf(row, SEED, 0, 3), row[0] as number);
  }
}

function isIntact(row: SqlRow): boolean {
  return checksumOf(row, SEED, 0, 3) === row[3];
}

function numbers(rows: readonly SqlRow[]): readonly number[] {
  return rows.map(([number]) => number as number);
}
