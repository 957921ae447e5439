import type { EncodedAnswer, KeyedWork } from '../ports/effect-store.js';
import { literal, textArray } from './literal.js';
import type { PostgresClient } from './postgres-database.js';
import { FORMAT, FUNCTIONS, LOCKS, STATEMENTS } from './postgres-schema.js';

type Keyed = Pick<KeyedWork<never>, 'principal' | 'key' | 'fingerprint' | 'lane'>;

/** What is known of a work before it runs; nothing is, where its effect may simply run. */
export type Found =
  | ({ readonly why: 'stored'; readonly fingerprint: string } & EncodedAnswer)
  /** Another transaction holds its key, or its lane, for which this one did not wait. */
  | { readonly why: 'running' | 'lane' };

/** A key that was used up by this transaction. */
export interface UsedKey {
  readonly work: Keyed;
  readonly answer: EncodedAnswer;
}

/** Principal and key as one text; equal only for equal ones. */
export function idOf({ principal, key }: Pick<Keyed, 'principal' | 'key'>): string {
  return JSON.stringify([principal, key]);
}

/**
 * Creates what is missing, one process at a time: PostgreSQL itself does not make `IF NOT EXISTS` safe against
 * another that creates the same.
 *
 * @throws Error where a newer version of this package wrote the tables; they are left as they are
 */
export async function createTables(client: PostgresClient): Promise<void> {
  await lockSchema(client);
  const names = ['cpc_receiver_format', ...Object.keys(FUNCTIONS)];
  const { rows } = await client.query(
    `SELECT (to_regclass($1) IS NOT NULL)::int AS tables,
       (SELECT count(*)::int FROM unnest($2::text[]) AS name WHERE to_regproc(name) IS NOT NULL) AS functions`,
    [names[0], names.slice(1)],
  );
  const found = rows[0] as { tables: number; functions: number };
  if (found.tables === 1) await checkFormat(client);
  if (found.tables + found.functions === names.length) return;
  for (const statement of STATEMENTS) await client.query(statement);
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

/** Locks the keys and lanes of works and looks the keys up, see the function in the schema. */
export function takeStatement(
  works: readonly Keyed[],
  options: { readonly lockTimeoutMs: number; readonly mayWait: boolean },
): string {
  const principals = textArray(works.map(({ principal }) => principal));
  const keys = textArray(works.map(({ key }) => key));
  // As JSON, because a text in PostgreSQL holds no NUL.
  const lanes = textArray(works.map(({ lane }) => (lane === undefined ? null : JSON.stringify(lane))));
  return `SELECT * FROM cpc_take_1(${principals}, ${keys}, ${lanes}, '${options.lockTimeoutMs}ms', ${options.mayWait})`;
}

/** What {@link takeStatement} gives, by the place of the work. */
export function foundIn(rows: readonly unknown[]): ReadonlyMap<number, Found> {
  return new Map((rows as (Found & { at: number })[]).map((row) => [row.at - 1, row]));
}

/** Stores keys with their answers. */
export function keepStatement(used: readonly UsedKey[], now: number, forgetBefore: number): string {
  const column = (of: (key: UsedKey) => string): string => textArray(used.map(of));
  const statuses = used.map(({ answer }) => Math.trunc(answer.status)).join(',');
  return `SELECT cpc_keep_1(${column(({ work }) => work.principal)}, ${column(({ work }) => work.key)},
    ${column(({ work }) => work.fingerprint)}, ARRAY[${statuses}]::integer[], ${column(({ answer }) => answer.body)},
    ${literal(String(now))}::bigint, ${literal(String(forgetBefore))}::bigint)`;
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

/**
 * When the first key was received, `now` where there is none yet; `-Infinity` where some were forgotten: places are given
 * once, so that the first one is missing then.
 */
export async function firstKeyAt(client: PostgresClient, now: number): Promise<number> {
  const { rows } = await client.query(
    `SELECT position::float8, received_at::float8,
       pg_sequence_last_value(pg_get_serial_sequence('cpc_received', 'position')::regclass) IS NOT NULL AS used
     FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM cpc_received ORDER BY position LIMIT 1) AS first ON true`,
  );
  const { position, received_at, used } = rows[0] as {
    position: number | null;
    received_at: number | null;
    used: boolean;
  };
  if (position === null || received_at === null) return used ? -Infinity : now;
  return position > 1 ? -Infinity : received_at;
}
