import type { AttemptRecord } from '../operation/operation.js';
import { frozenCopy } from '../operation/own.js';
import { MAX_HISTORY } from './bounds.js';

/** The history with one attempt more, bounded to {@link MAX_HISTORY}, and frozen. */
export function appendAttempt(
  history: readonly AttemptRecord[],
  attempt: AttemptRecord | undefined,
): readonly AttemptRecord[] {
  if (attempt === undefined) return history;
  return Object.freeze([...history.slice(1 - MAX_HISTORY), frozenCopy(attempt)]);
}
