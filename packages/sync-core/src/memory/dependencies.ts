import { Dependents, type Entry } from './entry.js';

/**
 * Lets one entry wait for another. Only what came earlier can be waited for; so the waiting never goes round in a
 * circle.
 */
export function depend(entry: Entry, blocker: Entry | undefined): void {
  if (blocker === undefined || blocker.sequence >= entry.sequence) return;
  entry.blockers ??= new Set();
  entry.blockers.add(blocker);
  blocker.dependents ??= new Dependents();
  blocker.dependents.entries.add(entry);
}
