import type { StoredOperation } from '../operation/operation-record.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import { REFERENCE_ENDED } from '../rules/ended.js';

/** How far a chain of operations that wait for each other is followed before the last of it counts as going on. */
const MAX_HOPS = 1000;

/** Whether an operation comes to nothing unless somebody does something about it: what it changes is not shown. */
export function isLost({ state, failure }: StoredOperation): boolean {
  return state === 'deadLetter' || (state === 'parked' && failure?.code === REFERENCE_ENDED);
}

/**
 * The operation that goes no further by itself and for which another one waits, directly or over others;
 * `undefined` where there is none.
 */
export async function holderOf(
  storage: QueueStorage,
  id: string,
  isHolder: (operation: StoredOperation) => boolean,
): Promise<StoredOperation | undefined> {
  const seen = new Set([id]);
  // The set grows while it is walked.
  for (const waiting of seen) {
    for (const blocker of await storage.blockersOf(waiting)) {
      if (seen.has(blocker)) continue;
      const stored = await storage.get(blocker);
      if (stored === undefined) continue;
      if (isHolder(stored)) return stored;
      if (stored.state === 'blocked' && seen.size < MAX_HOPS) seen.add(blocker);
    }
  }
  return undefined;
}
