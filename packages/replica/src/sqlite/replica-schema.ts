import { SyncError } from '@cpc/sync-core';
import type { SqliteDriver } from '@cpc/storage-sqlite';

/**
 * What leads from each format to the next, beginning with an empty file. Entries are only ever added.
 *
 * Format 1. Records lie under the number of a generation: that of a channel which is shown, or of a load that is on its
 * way. A load is shown by giving the channel its generation, one row, however many records it has. Changes that wait to be
 * laid over a generation lie under a number of their own, with NULL for a value that goes.
 */
const MIGRATIONS = [
  `CREATE TABLE cpc_replica_channel (
     channel TEXT PRIMARY KEY, generation INTEGER NOT NULL, revision INTEGER NOT NULL, shown TEXT,
     staged_generation INTEGER, staged_checkpoint TEXT, staged_is_load INTEGER, staged_changes INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE cpc_replica_record (
     generation INTEGER NOT NULL, collection TEXT NOT NULL, entity TEXT NOT NULL,
     version TEXT, value TEXT, revision INTEGER NOT NULL,
     PRIMARY KEY (generation, collection, entity)
   ) WITHOUT ROWID;
   CREATE TABLE cpc_replica_garbage (generation INTEGER PRIMARY KEY);
   CREATE TABLE cpc_replica_commit (revision INTEGER PRIMARY KEY, entities TEXT);
   CREATE TABLE cpc_replica_state (
     one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, generation INTEGER NOT NULL,
     owner TEXT, lead_until INTEGER
   );
   INSERT INTO cpc_replica_state (one, revision, generation) VALUES (1, 0, 0);`,
] as const;

const CURRENT_FORMAT = MIGRATIONS.length;

/** Brings the copy's tables to the current format. Rejects a newer one with `STORAGE_FORMAT_NEWER`, untouched. */
export function migrate(driver: SqliteDriver): void {
  if (checkedFormat(driver) === CURRENT_FORMAT) return;
  driver.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have migrated in the meantime.
    const format = checkedFormat(driver);
    driver.exec('CREATE TABLE IF NOT EXISTS cpc_replica_format (format INTEGER NOT NULL)');
    for (const step of MIGRATIONS.slice(format)) driver.exec(step);
    driver.exec(`DELETE FROM cpc_replica_format; INSERT INTO cpc_replica_format VALUES (${CURRENT_FORMAT})`);
    driver.exec('COMMIT');
  } catch (error) {
    if (driver.inTransaction) driver.exec('ROLLBACK');
    throw error;
  }
}

/** 0 where there is no copy in the file. */
function checkedFormat(driver: SqliteDriver): number {
  const table = driver.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'cpc_replica_format'`).get();
  const format = Number(table && driver.prepare('SELECT format FROM cpc_replica_format').get()?.[0]) || 0;
  if (format <= CURRENT_FORMAT) return format;
  throw new SyncError(
    'STORAGE_FORMAT_NEWER',
    `The copy has format ${format}, and this version of @cpc/replica knows up to ${CURRENT_FORMAT}. ` +
      'Nothing was changed. Update the package.',
    { details: { format, supported: CURRENT_FORMAT } },
  );
}
