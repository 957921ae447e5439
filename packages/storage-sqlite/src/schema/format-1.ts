import type { QueueTables } from './tables.js';

/**
 * The tables of format 1.
 *
 * An operation is one row. Two of its columns say where it stands: `ready` holds the effective rank of one that
 * may go, `due` the time of one that may go later; both are null for the rest. Every index but those on the
 * sequence and the id is partial, so an operation pays only for what it uses: a plain one for the row, its id
 * and one entry of nine bytes among the ready.
 *
 * What is leased stays where it stands. A claim is one row that names what it holds, so a claim of fifty writes
 * one small row, and its settlement deletes fifty-one.
 *
 * - `ahead`: who stood in front of it in its lane when it took its place. It orders nothing; an index that was
 *   damaged shows by it, when an operation comes to the head of a lane while the one ahead of it is still there.
 * - `waits`: how many of the operations it depends on are in the queue.
 * - `weight`: the highest of its own rank and the effective ranks of its dependents.
 * - `boost`: the weight, where it exceeds that of its predecessor in the lane; else null. The highest weight of
 *   a lane is thus that of its head or of the highest boost, and lanes of one rank have no boosts at all.
 * - `hold`: 0, 1 for parked, 2 for a dead letter.
 */
export function createFormat1(t: QueueTables): string {
  const o = t.operations;
  return `
CREATE TABLE ${o} (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT,
  principal TEXT,
  payload NOT NULL,
  priority INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  version INTEGER NOT NULL,
  depends_on TEXT,
  refs TEXT,
  coalesces INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  scheduled_at INTEGER NOT NULL,
  expires_at INTEGER,
  timestamp TEXT NOT NULL,
  base_version TEXT,
  base,
  conflict_rounds INTEGER NOT NULL,
  history TEXT,
  failure TEXT,
  attempts INTEGER NOT NULL,
  attempted INTEGER NOT NULL,
  hold INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL,
  ahead INTEGER,
  waits INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  boost INTEGER,
  ready INTEGER,
  due INTEGER,
  checksum INTEGER NOT NULL
);
CREATE UNIQUE INDEX ${o}_id ON ${o} (id);
CREATE INDEX ${o}_lane ON ${o} (entity) WHERE entity IS NOT NULL;
CREATE INDEX ${o}_boost ON ${o} (entity, boost) WHERE boost IS NOT NULL;
CREATE INDEX ${o}_gated ON ${o} (entity) WHERE waits > 0;
CREATE INDEX ${o}_ready ON ${o} (ready DESC) WHERE ready IS NOT NULL AND principal IS NULL;
CREATE INDEX ${o}_ready_owned ON ${o} (ready DESC) WHERE ready IS NOT NULL AND principal IS NOT NULL;
CREATE INDEX ${o}_ready_principal ON ${o} (principal, ready DESC)
  WHERE ready IS NOT NULL AND principal IS NOT NULL;
CREATE INDEX ${o}_due ON ${o} (due) WHERE due IS NOT NULL;
CREATE INDEX ${o}_due_principal ON ${o} (principal, due) WHERE due IS NOT NULL;
CREATE INDEX ${o}_timed ON ${o} (due_at) WHERE due_at > 0;
CREATE INDEX ${o}_held ON ${o} (sequence) WHERE hold > 0;
CREATE TABLE ${t.claims} (
  part INTEGER PRIMARY KEY,
  token INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  items TEXT NOT NULL,
  checksum INTEGER NOT NULL
);
CREATE TABLE ${t.dependencies} (
  blocker INTEGER NOT NULL,
  dependent INTEGER NOT NULL,
  PRIMARY KEY (blocker, dependent)
) WITHOUT ROWID;
CREATE INDEX ${t.dependencies}_dependent ON ${t.dependencies} (dependent);
CREATE TABLE ${t.references} (
  temporary_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (temporary_id, sequence)
) WITHOUT ROWID;
CREATE INDEX ${t.references}_sequence ON ${t.references} (sequence);
CREATE TABLE ${t.assignments} (
  number INTEGER PRIMARY KEY,
  temporary_id TEXT NOT NULL UNIQUE,
  permanent_id TEXT NOT NULL
);
CREATE TABLE ${t.quarantine} (
  sequence INTEGER PRIMARY KEY,
  id TEXT,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  raw BLOB NOT NULL
);
CREATE TABLE ${t.state} (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  data TEXT NOT NULL,
  checksum INTEGER NOT NULL
);
`;
}
