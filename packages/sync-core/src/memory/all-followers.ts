import { originOf } from '../operation/origin.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';

/**
 * The entries with all that waits for them and all that mentions them, directly or not. What is being
 * sent is left out, and what depends on that alone.
 */
export function withAllFollowers(index: OperationIndex, entries: readonly Entry[]): ReadonlySet<Entry> {
  const found = new Set(entries);
  // The set grows while it is walked, until everything that follows has been seen.
  for (const entry of found) {
    let behind = entry.next;
    while (behind?.state === 'leased') behind = behind.next;
    if (behind !== undefined) found.add(behind);
    for (const other of entry.dependents?.entries ?? []) if (other.state !== 'leased') found.add(other);
    for (const other of index.referring(originOf(entry.operation)))
      if (other.state !== 'leased' && other !== entry) found.add(other);
  }
  return found;
}
