import type { AttemptRecord } from '../operation/operation.js';
import { MAX_HISTORY } from './bounds.js';

/** The history with one attempt more, bounded to {@link MAX_HISTORY}. */
export function appendAttempt(
  history: readonly AttemptRecord[],
  attempt: AttemptRecord | undefined,
): readonly AttemptRecord[] {
  return attempt === undefined ? history : [...history.slice(1 - MAX_HISTORY), attempt];
}
