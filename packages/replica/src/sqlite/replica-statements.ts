import type { SqliteDriver, SqliteStatement } from '@cpc/storage-sqlite';

const TEXTS = {
  begin: 'BEGIN',
  beginImmediate: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  dataVersion: 'PRAGMA data_version',
  channels: `SELECT channel, generation, revision, shown, staged_generation, staged_checkpoint, staged_is_load, staged_changes
    FROM cpc_replica_channel ORDER BY channel`,
  channel: `SELECT channel, generation, revision, shown, staged_generation, staged_checkpoint, staged_is_load, staged_changes
    FROM cpc_replica_channel WHERE channel = ?`,
  putChannel: 'INSERT OR REPLACE INTO cpc_replica_channel VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  removeChannel: 'DELETE FROM cpc_replica_channel WHERE channel = ?',
  nextGeneration: 'UPDATE cpc_replica_state SET generation = generation + 1 RETURNING generation',
  nextRevision: 'UPDATE cpc_replica_state SET revision = revision + 1 RETURNING revision',
  revision: 'SELECT revision FROM cpc_replica_state',
  put: `INSERT OR REPLACE INTO cpc_replica_record (generation, collection, entity, version, value, revision)
    VALUES (?, ?, ?, ?, ?, ?)`,
  remove: 'DELETE FROM cpc_replica_record WHERE generation = ? AND collection = ? AND entity = ?',
  record: `SELECT version, value, revision FROM cpc_replica_record
    WHERE generation = ? AND collection = ? AND entity = ?`,
  list: `SELECT entity, version, value, revision FROM cpc_replica_record
    WHERE generation = ? AND collection = ? AND entity > ? ORDER BY entity LIMIT ?`,
  entities: 'SELECT entity FROM cpc_replica_record WHERE generation = ? LIMIT ?',
  overlay: `INSERT OR REPLACE INTO cpc_replica_record (generation, collection, entity, version, value, revision)
    SELECT ?, collection, entity, version, value, ? FROM cpc_replica_record WHERE generation = ? AND value IS NOT NULL`,
  overlayGone: `DELETE FROM cpc_replica_record WHERE generation = ?
    AND (collection, entity) IN (SELECT collection, entity FROM cpc_replica_record WHERE generation = ? AND value IS NULL)`,
  discardGeneration: 'INSERT OR IGNORE INTO cpc_replica_garbage VALUES (?)',
  garbage: 'SELECT generation FROM cpc_replica_garbage LIMIT 1',
  sweep: `DELETE FROM cpc_replica_record WHERE (generation, collection, entity) IN
    (SELECT generation, collection, entity FROM cpc_replica_record WHERE generation = ? LIMIT ?)`,
  swept: 'DELETE FROM cpc_replica_garbage WHERE generation = ?',
  addCommit: 'INSERT INTO cpc_replica_commit VALUES (?, ?)',
  forgetCommits: 'DELETE FROM cpc_replica_commit WHERE revision <= ?',
  commits: 'SELECT revision, entities FROM cpc_replica_commit WHERE revision > ? ORDER BY revision',
  lead: `UPDATE cpc_replica_state SET owner = ?, lead_until = ?
    WHERE owner IS NULL OR owner = ? OR lead_until <= ?`,
  resign: 'UPDATE cpc_replica_state SET owner = NULL WHERE owner = ?',
} as const;

/** The statements of a copy, prepared once for each connection. */
export type ReplicaStatements = Readonly<Record<keyof typeof TEXTS, SqliteStatement>>;

export function prepareStatements(driver: SqliteDriver): ReplicaStatements {
  const entries = Object.entries(TEXTS).map(([name, text]) => [name, driver.prepare(text)]);
  return Object.fromEntries(entries) as ReplicaStatements;
}
