import { isSyncError, SyncError, type SyncErrorCode } from '@cpc/sync-core';
import type { SqliteFault } from '../drivers/sqlite-driver.js';

const FAULTS: Readonly<Record<SqliteFault, readonly [SyncErrorCode, string]>> = {
  busy: ['STORAGE_BUSY', 'Another process held the lock of the database for too long. Try again.'],
  full: ['STORAGE_FULL', 'No space is left for the database. Nothing was changed; make room and try again.'],
  damaged: [
    'STORAGE_DAMAGED',
    'The database file is damaged beyond what could be repaired. Put no old copy in its place, which would send again ' +
      'what was delivered: stop the app, copy the file with its -wal and -shm, then export what can be read and ' +
      'import it into a new file.',
  ],
  io: [
    'STORAGE_FAILED',
    'The disk failed to read or write the database, and the cause tells how. What was acknowledged is not lost by ' +
      'waiting: check the disk, and try again.',
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
