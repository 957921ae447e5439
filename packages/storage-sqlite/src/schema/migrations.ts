import { SyncError } from '@cpc/sync-core';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';
import { createFormat1 } from './format-1.js';
import { createFormat2 } from './format-2.js';
import { createFormat3 } from './format-3.js';
import { createFormat4 } from './format-4.js';
import { createFormat5 } from './format-5.js';
import { createFormat6 } from './format-6.js';
import { sealAssignments } from '../engine/assignments.js';
import { plainSeal } from '../engine/payload-seal.js';
import { QueueState } from '../engine/queue-state.js';
import { QueueTransaction } from '../engine/queue-transaction.js';
import { splitLanes } from '../engine/split-lanes.js';
import { prepareStatements } from '../engine/statements.js';
import type { QueueTables } from './tables.js';

/** The table that tells, for each queue in the file, in which format it is. */
const FORMATS = 'cpc_formats';

/** What leads from each format to the next, beginning with an empty file. Entries are only ever added. */
const MIGRATIONS: readonly ((tables: QueueTables) => string)[] = [
  createFormat1,
  createFormat2,
  createFormat3,
  createFormat4,
  createFormat5,
  createFormat6,
];

/** The format that this version of the library reads and writes. */
export const CURRENT_FORMAT = MIGRATIONS.length;

/** Refuses a queue in a newer format; reads only. Rejects with `STORAGE_FORMAT_NEWER`. */
export function checkFormat(driver: SqliteDriver, queue: string): void {
  const format = formatOf(driver, queue);
  if (format <= CURRENT_FORMAT) return;
  throw new SyncError(
    'STORAGE_FORMAT_NEWER',
    `The queue "${queue}" has format ${format}, and this version of @cpc/storage-sqlite knows up to ` +
      `${CURRENT_FORMAT}. Nothing was changed. Update the package.`,
    { details: { queue, format, supported: CURRENT_FORMAT } },
  );
}

/** Brings the queue's tables to the current format, in one transaction. */
export function migrate(driver: SqliteDriver, queue: string, tables: QueueTables): void {
  if (formatOf(driver, queue) === CURRENT_FORMAT) return;
  driver.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have migrated in the meantime, even to a newer format.
    checkFormat(driver, queue);
    driver.exec(
      `CREATE TABLE IF NOT EXISTS ${FORMATS} (queue TEXT PRIMARY KEY, format INTEGER NOT NULL) WITHOUT ROWID`,
    );
    const format = formatOf(driver, queue);
    for (const step of MIGRATIONS.slice(format)) driver.exec(step(tables));
    if (format > 0) rework(driver, tables, format);
    driver
      .prepare(`INSERT OR REPLACE INTO ${FORMATS} (queue, format) VALUES (?, ?)`)
      .run(queue, CURRENT_FORMAT);
    driver.exec('COMMIT');
  } catch (error) {
    if (driver.inTransaction) driver.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Works out anew what a format keeps about the rows in another way than the one before. A queue whose state is damaged
 * works all of it out when it is first used.
 */
function rework(driver: SqliteDriver, tables: QueueTables, from: number): void {
  const sql = prepareStatements(driver, tables);
  if (from < 5) sealAssignments(sql);
  if (from >= 4) return;
  const state = QueueState.load(sql);
  if (state === undefined) return;
  const tx = new QueueTransaction(sql, state, plainSeal);
  splitLanes(tx);
  tx.save(false);
}

/** The queues of a file, by name, with their formats as they are written there. */
export function listFormats(driver: SqliteDriver): readonly (readonly [queue: string, format: unknown])[] {
  if (!hasFormats(driver)) return [];
  const rows = driver.prepare(`SELECT queue, format FROM ${FORMATS} ORDER BY queue`).all();
  return rows.map(([queue, format]) => [queue as string, format]);
}

function hasFormats(driver: SqliteDriver): boolean {
  const found = driver.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(FORMATS);
  return found !== undefined;
}

/** 0 where the queue does not exist yet. */
function formatOf(driver: SqliteDriver, queue: string): number {
  if (!hasFormats(driver)) return 0;
  const row = driver.prepare(`SELECT format FROM ${FORMATS} WHERE queue = ?`).get(queue);
  const format = row?.[0] ?? 0;
  if (typeof format === 'number' && Number.isInteger(format)) return format;
  throw new SyncError(
    'STORAGE_DAMAGED',
    `The format of the queue "${queue}" is not a number. Nothing was changed.`,
  );
}
