import type { AttemptRecord } from './operation.js';

/** How many attempts a storage keeps of each operation; beyond it, the oldest give way. */
export const MAX_HISTORY = 100;

/** The history with one attempt more, bounded to {@link MAX_HISTORY}. */
export function appendAttempt(
  history: readonly AttemptRecord[],
  attempt: AttemptRecord | undefined,
): readonly AttemptRecord[] {
  return attempt === undefined ? history : [...history.slice(1 - MAX_HISTORY), attempt];
}
