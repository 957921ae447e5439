import { isSyncError, SyncError, type SyncErrorCode } from '@cpc/sync-core';
import type { SqliteFault } from '../drivers/sqlite-driver.js';

const FAULTS: Readonly<Record<SqliteFault, readonly [SyncErrorCode, string]>> = {
  busy: ['STORAGE_BUSY', 'Another process held the lock of the database for too long. Try again.'],
  full: ['STORAGE_FULL', 'No space is left for the database. Nothing was changed; make room and try again.'],
  damaged: [
    'STORAGE_DAMAGED',
    'The database file is damaged beyond what could be repaired. Restore it from a copy.',
  ],
  other: ['STORAGE_FAILED', 'SQLite reported an error; the cause tells which.'],
};

/** The error that the storage rejects with. What is not of SQLite is passed on as it is. */
export function storageError(error: unknown, fault: SqliteFault | undefined): unknown {
  if (fault === undefined || isSyncError(error)) return error;
  const [code, message] = FAULTS[fault];
  return new SyncError(code, message, { cause: error });
}

export function closedError(): SyncError {
  return new SyncError('STORAGE_CLOSED', 'The storage is closed. Call open() first.');
}
