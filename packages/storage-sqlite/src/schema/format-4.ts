import type { QueueTables } from './tables.js';

/**
 * What format 4 changes. Lanes are those of an entity and a principal: their indexes have the principal behind the
 * entity, and `splitLanes` works out anew what follows from the order within lanes.
 *
 * What it adds: `rank` of a dependency is the rank that the dependent lends to what it depends on, its effective
 * rank. So what an operation inherits is read in one step, however many depend on it, and a change of rank is passed on
 * no further than it matters.
 *
 * A `hold` of 3 is a dead letter that was put aside: it stands in no lane, so their index leaves it out.
 *
 * `outcomes` holds what the transaction told of operations, as JSON, `outcome_count` how many outcomes were ever kept, up
 * to and with this row. They lie in the rows of what became of ids, since nearly every transaction that ends something
 * writes one of them. From here on `number` counts ids and outcomes.
 */
export function createFormat4(t: QueueTables): string {
  const { operations: o, dependencies: d, past: p } = t;
  return `
DROP INDEX ${o}_lane;
DROP INDEX ${o}_boost;
DROP INDEX ${o}_gated;
CREATE INDEX ${o}_lane ON ${o} (entity, principal) WHERE entity IS NOT NULL AND hold < 3;
CREATE INDEX ${o}_boost ON ${o} (entity, principal, boost) WHERE boost IS NOT NULL;
CREATE INDEX ${o}_gated ON ${o} (entity, principal) WHERE waits > 0;
ALTER TABLE ${d} ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE ${d} SET rank = coalesce((
  SELECT max(weight, coalesce((
    SELECT max(boost) FROM ${o} AS behind
    WHERE behind.entity = ${o}.entity AND behind.principal IS ${o}.principal AND behind.boost IS NOT NULL AND behind.sequence >= ${o}.sequence
  ), weight)) FROM ${o} WHERE sequence = dependent), 0);
CREATE INDEX ${d}_rank ON ${d} (blocker, rank);
CREATE INDEX ${o}_aside ON ${o} (entity) WHERE hold = 3;
ALTER TABLE ${p} ADD COLUMN outcomes TEXT;
ALTER TABLE ${p} ADD COLUMN outcome_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${p} ADD COLUMN outcome_checksum INTEGER;
`;
}
