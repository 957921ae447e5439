import { isSyncError, type SyncErrorCode } from './sync-error.js';
import type { SyncFailure } from './sync-failure.js';

/** No text of a failure is longer: it is stored with its operation, and travels between tabs. */
const MAX_MESSAGE_LENGTH = 2000;

/**
 * Any thrown value as a failure that can be stored and shown; `code` is for those that bring none. It never throws,
 * whatever was thrown: a value without a text, a Proxy, an object without a prototype.
 */
export function toFailure(error: unknown, code: SyncErrorCode): SyncFailure {
  try {
    const failure = isSyncError(error)
      ? { code: error.code, message: error.message }
      : { code, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    return { code: failure.code, message: failure.message.slice(0, MAX_MESSAGE_LENGTH) };
  } catch {
    return { code, message: 'Something was thrown that has no text.' };
  }
}
