import type { ChangeSource } from '@cpc/adapters/pull';
import { isSyncError, type SyncError } from '@cpc/sync-core';

/**
 * A source that says so when the server refuses a channel: 403, or 404 for one that is no more. The pull fails all the
 * same.
 */
export function guardedSource(source: ChangeSource, onForbidden: (error: SyncError) => void): ChangeSource {
  const pull: ChangeSource['pull'] = async (since, context) => {
    try {
      return await source.pull(since, context);
    } catch (error) {
      if (isForbidden(error)) onForbidden(error);
      throw error;
    }
  };
  const listen = source.listen?.bind(source);
  return { pull, ...(listen !== undefined && { listen }) };
}

function isForbidden(error: unknown): error is SyncError {
  return (
    isSyncError(error, 'REJECTED') && (error.details['status'] === 403 || error.details['status'] === 404)
  );
}
