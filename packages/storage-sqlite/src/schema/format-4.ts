import type { QueueTables } from './tables.js';

/**
 * What format 4 adds: `rank` of a dependency is the rank that the dependent lends to what it depends on, its effective
 * rank. So what an operation inherits is read in one step, however many depend on it, and a change of rank is passed on
 * no further than it matters.
 */
export function createFormat4(t: QueueTables): string {
  const { operations: o, dependencies: d } = t;
  return `
ALTER TABLE ${d} ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE ${d} SET rank = coalesce((
  SELECT max(weight, coalesce((
    SELECT max(boost) FROM ${o} AS behind
    WHERE behind.entity = ${o}.entity AND behind.boost IS NOT NULL AND behind.sequence >= ${o}.sequence
  ), weight)) FROM ${o} WHERE sequence = dependent), 0);
CREATE INDEX ${d}_rank ON ${d} (blocker, rank);
`;
}
