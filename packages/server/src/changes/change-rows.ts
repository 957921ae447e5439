import type { Change, ChangePage, ChangeQuery, RecordedChange } from '../ports/change-log.js';

/** How long tombstones are kept where nothing else is said: 90 days, as keys are. */
export { KEEP_KEYS_FOR_MS as KEEP_TOMBSTONES_FOR_MS } from '../store/store-defaults.js';

export interface ChangeLogOptions {
  /**
   * How long a deleted entity is remembered, in milliseconds. A device that stays away for longer pulls everything
   * anew.
   *
   * @defaultValue 90 days
   */
  readonly keepTombstonesForMs?: number;
  /** Milliseconds since the epoch. @defaultValue the platform's clock */
  readonly now?: () => number;
}

/** A change as both databases keep it. PostgreSQL's driver gives a BIGINT as text. */
export interface ChangeRow {
  readonly position: number | string;
  readonly entity: string;
  readonly version: string | null;
  /** JSON; `null` for a tombstone. */
  readonly value: string | null;
}

/** A row of a page, and how many rows there were before it was cut to its bytes. */
export interface PageRow extends ChangeRow {
  readonly found: number | string;
}

/** @throws TypeError where the change is neither a value nor a deletion */
export function rowOf({ channel, entity, version, value, deleted = false }: Change): {
  readonly values: readonly [channel: string, entity: string, version: string | null, value: string | null];
} {
  const json = deleted ? null : (JSON.stringify(value) as string | undefined);
  if (json === undefined || (deleted && value !== undefined)) {
    throw new TypeError(
      `a change takes a JSON value, or deleted: true without one; got ${typeof value} for ${entity}`,
    );
  }
  return { values: [channel, entity, version ?? null, json] };
}

/** What the statements for a page take: one row more than the limit, to know whether there is more. */
export function pageParameters({ channel, since, limit, maxBytes }: ChangeQuery): readonly unknown[] {
  return [channel, since, limit + 1, maxBytes ?? Number.MAX_SAFE_INTEGER];
}

/** Cuts a page out of rows, of which one more than the limit was asked for. */
export function pageOf(
  rows: readonly PageRow[],
  channel: ChannelRow | undefined,
  { since, limit }: ChangeQuery,
  count: CountRow | undefined,
): ChangePage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    changes: shown.map(changeOf),
    position: last === undefined ? since : Number(last.position),
    head: Number(channel?.head ?? 0),
    more: Number(rows[0]?.found ?? 0) > shown.length,
    ...(count !== undefined && { remaining: Number(count.ahead) - shown.length }),
  };
}

function changeOf({ entity, version, value }: ChangeRow): RecordedChange {
  return {
    entity,
    ...(version !== null && { version }),
    ...(value === null ? { deleted: true } : { value: JSON.parse(value) as unknown }),
  };
}

/** How many changes there are behind a position. */
export interface CountRow {
  readonly ahead: number | string;
}

/** A channel's latest position, and up to where tombstones were forgotten. */
export interface ChannelRow {
  readonly head: number | string;
  readonly floor: number | string;
}

/** Whether the page that follows is all that a reader needs who read up to there. */
export function isContinuable(channel: ChannelRow | undefined, { since, began = 0 }: ChangeQuery): boolean {
  if (since === 0) return true;
  if (channel === undefined || since > Number(channel.head)) return false;
  return Math.max(since, began) >= Number(channel.floor);
}

/**
 * The tables and statements, in the words that SQLite and PostgreSQL share. Each parameter stands once and in
 * order, so that SQLite can count them.
 */
export const CHANGE_TABLES = [
  `CREATE TABLE IF NOT EXISTS cpc_change_channel (
     channel TEXT PRIMARY KEY, head BIGINT NOT NULL, floor BIGINT NOT NULL
   )`,
  `CREATE TABLE IF NOT EXISTS cpc_change (
     channel TEXT NOT NULL, entity TEXT NOT NULL, position BIGINT NOT NULL,
     version TEXT, value TEXT, changed_at BIGINT NOT NULL,
     PRIMARY KEY (channel, entity)
   )`,
  'CREATE UNIQUE INDEX IF NOT EXISTS cpc_change_position ON cpc_change (channel, position)',
] as const;

/**
 * Takes the channel's next position. The row stays locked until the transaction ends, which is what makes
 * positions appear in their order.
 */
export const NEXT_POSITION = `INSERT INTO cpc_change_channel (channel, head, floor) VALUES ($1, 1, 0)
  ON CONFLICT (channel) DO UPDATE SET head = cpc_change_channel.head + 1 RETURNING head`;

export const PUT_CHANGE = `INSERT INTO cpc_change (channel, entity, version, value, position, changed_at)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (channel, entity) DO UPDATE SET
    version = excluded.version, value = excluded.value, position = excluded.position, changed_at = excluded.changed_at`;

export const READ_CHANNEL = 'SELECT head, floor FROM cpc_change_channel WHERE channel = $1';

/** Measures before it reads: values that do not fit into the page stay where they are. */
const pageOfRows = (wanted: string): string => `SELECT position, entity, version, value, found FROM (
    SELECT channel, position, count(*) OVER () AS found, row_number() OVER up AS nth, sum(bytes) OVER up AS total
    FROM (
      SELECT channel, position, octet_length(entity) + coalesce(octet_length(value), 0) AS bytes
      FROM cpc_change WHERE channel = $1 AND position > $2 AND ${wanted} ORDER BY position LIMIT $3
    ) AS ahead
    WINDOW up AS (ORDER BY position)
  ) AS measured JOIN cpc_change USING (channel, position)
  WHERE nth = 1 OR total <= $4 ORDER BY position`;

/** Whoever begins at 0 has nothing to delete. */
export const READ_VALUES = pageOfRows('value IS NOT NULL');

export const READ_CHANGES = pageOfRows('true');

const countOf = (wanted: string): string =>
  `SELECT count(*) AS ahead FROM cpc_change WHERE channel = $1 AND position > $2 AND ${wanted}`;

/** How many there are behind a position; counted only where it is asked for, since it reads all of them. */
export const COUNT_VALUES = countOf('value IS NOT NULL');

export const COUNT_CHANGES = countOf('true');

/** A floor only rises, though a clock was set back. */
export const RAISE_FLOORS = `WITH expired AS (
    SELECT channel, max(position) AS top FROM cpc_change WHERE value IS NULL AND changed_at < $1 GROUP BY channel
  )
  UPDATE cpc_change_channel SET floor = expired.top FROM expired
  WHERE expired.channel = cpc_change_channel.channel AND expired.top > cpc_change_channel.floor`;

export const FORGET_TOMBSTONES = 'DELETE FROM cpc_change WHERE value IS NULL AND changed_at < $1';
