import { isSyncError, SyncError } from '@cpc/sync-core';
import { newerFormat } from '../format/meta.js';

/** The typed error for whatever IndexedDB failed with. Errors of this library pass unchanged. */
export function toStorageError(error: unknown): SyncError {
  if (isSyncError(error)) return error;
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return new SyncError(
        'STORAGE_FULL',
        "The browser's quota for this site, or the disk, is used up. Free some space; what is queued stays.",
        { cause: error },
      );
    case 'VersionError':
      return newerFormat();
    case 'NotFoundError':
      return new SyncError(
        'STORAGE_FAILED',
        'The database has no store for the queue. Call createQueueStore() in its upgrade.',
        { cause: error },
      );
    default:
      return new SyncError('STORAGE_FAILED', 'IndexedDB failed; the cause tells how. Repeating is safe.', {
        cause: error,
      });
  }
}

/** Whether the failure means that the database's handle is gone and nothing was changed through it. */
export function meansLostHandle(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'InvalidStateError' || name === 'AbortError' || name === 'TransactionInactiveError';
}

export function busy(message: string): SyncError {
  return new SyncError('STORAGE_BUSY', message);
}

function nameOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? (error as { name?: unknown }).name : undefined;
}
