import type { EncodedAnswer, KeyedWork } from '../ports/effect-store.js';
import type { PostgresClient } from './postgres-database.js';
import { FORMAT, POSTGRES_SCHEMA } from './postgres-schema.js';

type Keyed = Pick<KeyedWork<never>, 'principal' | 'key' | 'fingerprint'>;

export interface StoredKey extends EncodedAnswer {
  readonly fingerprint: string;
}

/** A key that was used up by this transaction. */
export interface UsedKey {
  readonly work: Keyed;
  readonly answer: EncodedAnswer;
}

/** Principal and key as one text; equal only for equal ones. */
export function idOf({ principal, key }: Pick<Keyed, 'principal' | 'key'>): string {
  return JSON.stringify([principal, key]);
}

/** Seeds that keep the hashes of keys, lanes and the schema apart. */
const LOCKS = { key: 6_731_001, lane: 6_731_002, schema: 6_731_003 };

/**
 * Creates the tables where they are missing, one process at a time: PostgreSQL itself does not make
 * `IF NOT EXISTS` safe against another that creates the same.
 *
 * @throws Error where a newer version of this package wrote the tables; they are left as they are
 */
export async function createTables(client: PostgresClient): Promise<void> {
  await lockSchema(client);
  const { rows } = await client.query("SELECT to_regclass('cpc_receiver_format')::text AS name");
  if ((rows[0] as { name: string | null }).name !== null) await checkFormat(client);
  else for (const statement of statementsOf(POSTGRES_SCHEMA)) await client.query(statement);
}

/** Waits until nobody else creates tables. */
export async function lockSchema(client: PostgresClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCKS.schema]);
}

async function checkFormat(client: PostgresClient): Promise<void> {
  const { rows } = await client.query('SELECT version FROM cpc_receiver_format');
  const version = (rows[0] as { version: number } | undefined)?.version;
  if (version !== undefined && version > FORMAT) {
    throw new Error(
      `The receiver's tables have format ${version}, written by a newer @cpc/server; this one knows ${FORMAT}. ` +
        'Update the package. Nothing was changed.',
    );
  }
}

/** One at a time, since a driver takes several statements in one text only without values. */
function statementsOf(script: string): readonly string[] {
  return script.split(';').filter((statement) => statement.trim() !== '');
}

/**
 * Takes what can be had of the keys, until the end of the transaction, and does not wait. The first statement of
 * a transaction: it also bounds what the others wait for a lock, and makes the commit durable where the database
 * would not, since an acknowledged operation must survive a power cut.
 *
 * @returns for each, whether it was free
 */
export async function tryKeys(
  client: PostgresClient,
  works: readonly Keyed[],
  lockTimeoutMs: number,
): Promise<readonly boolean[]> {
  const { rows } = await client.query(
    `WITH settings AS MATERIALIZED (
       SELECT set_config('lock_timeout', $2, true),
         CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
     )
     SELECT pg_try_advisory_xact_lock(hashtextextended(id, ${LOCKS.key})) AS free
     FROM unnest($1::text[]) WITH ORDINALITY AS key (id, at), settings ORDER BY at`,
    [works.map(idOf), `${lockTimeoutMs}ms`],
  );
  return rows.map((row) => (row as { free: boolean }).free);
}

/** Waits for the lanes, in an order that is the same for everybody, so that no two wait for each other. */
export async function lockLanes(client: PostgresClient, lanes: readonly string[]): Promise<void> {
  if (lanes.length === 0) return;
  await client.query(
    `SELECT pg_advisory_xact_lock(hash) FROM (
       SELECT DISTINCT hashtextextended(lane, ${LOCKS.lane}) AS hash FROM unnest($1::text[]) AS lane ORDER BY hash
     ) AS sorted`,
    // As JSON, because a text in PostgreSQL holds no NUL.
    [lanes.map((lane) => JSON.stringify(lane))],
  );
}

/** What is stored for these keys, by {@link idOf}. A statement after {@link tryKeys}, so that it sees what their last holder committed. */
export async function findKeys(
  client: PostgresClient,
  works: readonly Keyed[],
): Promise<ReadonlyMap<string, StoredKey>> {
  const { rows } = await client.query(
    `SELECT principal, key, fingerprint, status, body FROM cpc_received
     JOIN unnest($1::text[], $2::text[]) AS asked (principal, key) USING (principal, key)`,
    [works.map(({ principal }) => principal), works.map(({ key }) => key)],
  );
  return new Map((rows as (StoredKey & Keyed)[]).map((row) => [idOf(row), row]));
}

/**
 * Stores keys with their answers, and forgets up to two for each whose time is over, so that the table shrinks
 * while it is in use. Keys lie in the order of their arrival: only the oldest are looked at.
 */
export async function addKeys(
  client: PostgresClient,
  used: readonly UsedKey[],
  now: number,
  forgetBefore: number,
): Promise<void> {
  const column = <T>(of: (key: UsedKey) => T): T[] => used.map(of);
  await client.query(
    `WITH gone AS (
       DELETE FROM cpc_received WHERE position IN (
         SELECT position FROM cpc_received
         WHERE received_at < $7 AND position IN (SELECT position FROM cpc_received ORDER BY position LIMIT $8)
         FOR UPDATE SKIP LOCKED
       )
     )
     INSERT INTO cpc_received (principal, key, fingerprint, status, body, received_at)
     SELECT *, $6::bigint FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[])`,
    [
      column(({ work }) => work.principal),
      column(({ work }) => work.key),
      column(({ work }) => work.fingerprint),
      column(({ answer }) => answer.status),
      column(({ answer }) => answer.body),
      now,
      forgetBefore,
      2 * used.length,
    ],
  );
}

/** @returns how many were forgotten */
export async function forgetKeys(client: PostgresClient, before: number): Promise<number> {
  const { rows } = await client.query(
    `WITH gone AS (DELETE FROM cpc_received WHERE received_at < $1 RETURNING 1)
     SELECT count(*)::int AS count FROM gone`,
    [before],
  );
  return (rows[0] as { count: number }).count;
}
