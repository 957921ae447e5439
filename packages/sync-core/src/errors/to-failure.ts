import { isSyncError, type SyncErrorCode } from './sync-error.js';
import type { SyncFailure } from './sync-failure.js';

/** Any thrown value as a failure that can be stored and shown; `code` is for those that bring none. */
export function toFailure(error: unknown, code: SyncErrorCode): SyncFailure {
  if (isSyncError(error)) return { code: error.code, message: error.message };
  return { code, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
