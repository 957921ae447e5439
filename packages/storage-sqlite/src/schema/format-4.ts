import type { QueueTables } from './tables.js';

/**
 * What format 4 changes. Lanes are those of an entity and a principal: their indexes have the principal behind the
 * entity, and `splitLanes` works out anew what follows from the order within lanes.
 *
 * What it adds: `rank` of a dependency is the rank that the dependent lends to what it depends on, its effective
 * rank. So what an operation inherits is read in one step, however many depend on it, and a change of rank is passed on
 * no further than it matters. And the keys of a payload codec, each with a text that it encoded, by which it is known
 * again.
 */
export function createFormat4(t: QueueTables): string {
  const { operations: o, dependencies: d, keys: k } = t;
  return `
DROP INDEX ${o}_lane;
DROP INDEX ${o}_boost;
DROP INDEX ${o}_gated;
CREATE INDEX ${o}_lane ON ${o} (entity, principal) WHERE entity IS NOT NULL;
CREATE INDEX ${o}_boost ON ${o} (entity, principal, boost) WHERE boost IS NOT NULL;
CREATE INDEX ${o}_gated ON ${o} (entity, principal) WHERE waits > 0;
ALTER TABLE ${d} ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE ${d} SET rank = coalesce((
  SELECT max(weight, coalesce((
    SELECT max(boost) FROM ${o} AS behind
    WHERE behind.entity = ${o}.entity AND behind.principal IS ${o}.principal AND behind.boost IS NOT NULL AND behind.sequence >= ${o}.sequence
  ), weight)) FROM ${o} WHERE sequence = dependent), 0);
CREATE INDEX ${d}_rank ON ${d} (blocker, rank);
CREATE TABLE ${k} (
  key TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  checksum INTEGER NOT NULL
) WITHOUT ROWID;
`;
}
