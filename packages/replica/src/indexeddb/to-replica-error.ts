import { isSyncError, SyncError } from '@cpc/sync-core';

/** The typed error for whatever IndexedDB failed with. Errors of this library pass unchanged. */
export function toReplicaError(cause: unknown): SyncError {
  if (isSyncError(cause)) return cause;
  switch ((cause as { readonly name?: unknown } | null | undefined)?.name) {
    case 'QuotaExceededError':
      return new SyncError(
        'STORAGE_FULL',
        "The browser's quota for this site, or the disk, is used up. What is shown stays as it is.",
        { cause },
      );
    case 'VersionError':
      return new SyncError(
        'STORAGE_FORMAT_NEWER',
        'The copy was written by a newer version of @cpc/replica. Nothing was changed. Reload the app.',
        { cause },
      );
    default:
      return new SyncError('STORAGE_FAILED', 'IndexedDB failed; the cause tells how. Repeating is safe.', {
        cause,
      });
  }
}
