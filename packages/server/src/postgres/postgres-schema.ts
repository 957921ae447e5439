import { KEY_CONSTRAINT } from './sql-state.js';

/** Version of the tables below. 1: the first. */
export const FORMAT = 1;

/** Seeds that keep the hashes of keys, lanes and the schema apart. */
export const LOCKS = { key: 6_731_001, lane: 6_731_002, schema: 6_731_003 };

const TABLES = [
  'CREATE TABLE IF NOT EXISTS cpc_receiver_format (version INTEGER NOT NULL)',
  `INSERT INTO cpc_receiver_format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT 1 FROM cpc_receiver_format)`,
  `CREATE TABLE IF NOT EXISTS cpc_received (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    CONSTRAINT ${KEY_CONSTRAINT} UNIQUE (principal, key)
  )`,
];

/**
 * The first statement of a transaction. It bounds what the others wait for a lock, and makes the commit durable
 * where the database would not, since an acknowledged operation must survive a power cut. Then it takes what can be
 * had of the keys without waiting, and the lanes in an order that is the same for everybody, so that no two wait for
 * each other; or, where it `may_wait` for none, what can be had of them. The look-up is a statement after the locks:
 * it sees what their last holders committed.
 *
 * It gives only those whose effect must not simply run: `why` is `stored`, `running` or `lane`.
 */
const TAKE = `CREATE OR REPLACE FUNCTION cpc_take_1(
    principals text[], keys text[], lanes text[], lock_timeout text, may_wait boolean
  ) RETURNS TABLE (at integer, why text, fingerprint text, status integer, body text)
  LANGUAGE plpgsql AS $take$
  DECLARE
    own boolean[];
    free boolean[];
  BEGIN
    PERFORM set_config('lock_timeout', lock_timeout, true);
    IF current_setting('synchronous_commit') = 'off' THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    own := ARRAY(
      SELECT pg_try_advisory_xact_lock(hashtextextended(a.key, hashtextextended(a.principal, ${LOCKS.key})))
      FROM unnest(principals, keys) WITH ORDINALITY AS a (principal, key, nth) ORDER BY nth
    );
    IF may_wait THEN
      PERFORM pg_advisory_xact_lock(hash) FROM (
        SELECT DISTINCT hashtextextended(a.lane, ${LOCKS.lane}) AS hash
        FROM unnest(lanes, own) AS a (lane, own) WHERE a.own AND a.lane IS NOT NULL ORDER BY hash
      ) AS sorted;
    ELSE
      free := ARRAY(
        SELECT CASE WHEN a.own AND a.lane IS NOT NULL
          THEN pg_try_advisory_xact_lock(hashtextextended(a.lane, ${LOCKS.lane})) ELSE true END
        FROM unnest(lanes, own) WITH ORDINALITY AS a (lane, own, nth) ORDER BY nth
      );
    END IF;
    RETURN QUERY
      SELECT a.nth::integer,
        CASE WHEN NOT own[a.nth] THEN 'running' WHEN NOT free[a.nth] THEN 'lane' ELSE 'stored' END,
        r.fingerprint, r.status, r.body
      FROM unnest(principals, keys) WITH ORDINALITY AS a (principal, key, nth)
      LEFT JOIN cpc_received AS r ON r.principal = a.principal AND r.key = a.key
      WHERE NOT own[a.nth] OR NOT free[a.nth] OR r.key IS NOT NULL;
  END
  $take$`;

/**
 * The last statement before the commit: stores keys with their answers, and forgets up to two for each whose time is
 * over, so that the table shrinks while it is in use. Keys lie in the order of their arrival: only the oldest are
 * looked at.
 */
const KEEP = `CREATE OR REPLACE FUNCTION cpc_keep_1(
    principals text[], keys text[], fingerprints text[], statuses integer[], bodies text[],
    now_ms bigint, forget_before bigint
  ) RETURNS void
  LANGUAGE plpgsql AS $keep$
  BEGIN
    INSERT INTO cpc_received (principal, key, fingerprint, status, body, received_at)
    SELECT a.principal, a.key, a.fingerprint, a.status, a.body, now_ms
    FROM unnest(principals, keys, fingerprints, statuses, bodies) AS a (principal, key, fingerprint, status, body);
    IF (SELECT received_at FROM cpc_received ORDER BY position LIMIT 1) < forget_before THEN
      DELETE FROM cpc_received WHERE position IN (
        SELECT position FROM cpc_received
        WHERE received_at < forget_before
          AND position IN (SELECT position FROM cpc_received ORDER BY position LIMIT 2 * cardinality(keys))
        FOR UPDATE SKIP LOCKED
      );
    END IF;
  END
  $keep$`;

/** Their names carry a version, so that servers of two versions share a database while one replaces the other. */
export const FUNCTIONS: Readonly<Record<string, string>> = { cpc_take_1: TAKE, cpc_keep_1: KEEP };

/** One at a time, since a driver takes several statements in one text only without values. */
export const STATEMENTS: readonly string[] = [...TABLES, ...Object.values(FUNCTIONS)];

/**
 * The tables and functions that the store keeps, for those who create theirs with migrations; otherwise `open`
 * creates them. They are found through the connection's `search_path`.
 */
export const POSTGRES_SCHEMA = STATEMENTS.map((statement) => `${statement};`).join('\n');
