import {
  CHANGE_TABLES,
  COUNT_CHANGES,
  COUNT_VALUES,
  type CountRow,
  FORGET_TOMBSTONES,
  isContinuable,
  KEEP_TOMBSTONES_FOR_MS,
  NEXT_POSITION,
  pageOf,
  pageParameters,
  PUT_CHANGE,
  RAISE_FLOORS,
  READ_CHANGES,
  READ_CHANNEL,
  READ_VALUES,
  rowOf,
  type ChangeLogOptions,
  type ChannelRow,
  type PageRow,
} from '../changes/change-rows.js';
import { formatPosition } from '../changes/checkpoint.js';
import type { Change, ChangeLog, ChangePage, ChangeQuery } from '../ports/change-log.js';
import { positiveInteger } from '../store/positive-integer.js';
import { platformNow } from '../store/store-defaults.js';
import type { PostgresClient, PostgresDatabase } from './postgres-database.js';
import { lockSchema } from './postgres-keys.js';

/** The tables of changes, for those who create tables with migrations of their own. */
export const POSTGRES_CHANGE_SCHEMA = CHANGE_TABLES.map((table) => `${table};`).join('\n');

/** The changes in the PostgreSQL database of the effects. */
export class PostgresChangeLog<Client extends PostgresClient> implements ChangeLog<Client> {
  readonly #database: PostgresDatabase<Client>;
  readonly #keepMs: number;
  readonly #now: () => number;

  constructor(database: PostgresDatabase<Client>, options: ChangeLogOptions = {}) {
    this.#database = database;
    this.#keepMs = positiveInteger(
      'keepTombstonesForMs',
      options.keepTombstonesForMs ?? KEEP_TOMBSTONES_FOR_MS,
    );
    this.#now = options.now ?? platformNow;
  }

  open(): Promise<void> {
    return this.#database.transaction(async (client) => {
      await lockSchema(client);
      const { rows } = await client.query("SELECT to_regclass('cpc_change')::text AS name");
      if ((rows[0] as { name: string | null }).name !== null) return;
      for (const table of CHANGE_TABLES) await client.query(table);
    });
  }

  async record(tx: Client, change: Change): Promise<string> {
    const { values } = rowOf(change);
    const { rows } = await tx.query(NEXT_POSITION, [change.channel]);
    const { head } = rows[0] as ChannelRow;
    await tx.query(PUT_CHANGE, [...values, head, this.#now()]);
    return formatPosition(head, change.channel);
  }

  read(query: ChangeQuery): Promise<ChangePage | undefined> {
    return this.#database.transaction(async (client) => {
      // One snapshot for both, or tombstones could be forgotten in between.
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const found = await client.query(READ_CHANNEL, [query.channel]);
      const channel = found.rows[0] as ChannelRow | undefined;
      if (!isContinuable(channel, query)) return undefined;
      const isFirst = query.since === 0;
      const { rows } = await client.query(isFirst ? READ_VALUES : READ_CHANGES, [...pageParameters(query)]);
      const counting = isFirst ? COUNT_VALUES : COUNT_CHANGES;
      const counted =
        query.counts === true ? await client.query(counting, [query.channel, query.since]) : undefined;
      return pageOf(rows as PageRow[], channel, query, counted?.rows[0] as CountRow | undefined);
    });
  }

  heads(channels: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#database.transaction(async (client) => {
      const { rows } = await client.query(
        'SELECT channel, head FROM cpc_change_channel WHERE channel = ANY ($1::text[])',
        [[...channels]],
      );
      return new Map(
        (rows as (ChannelRow & { channel: string })[]).map((row) => [row.channel, Number(row.head)]),
      );
    });
  }

  forgetExpired(): Promise<number> {
    const before = this.#now() - this.#keepMs;
    return this.#database.transaction(async (client) => {
      await client.query(RAISE_FLOORS, [before]);
      const { rows } = await client.query(
        `WITH gone AS (${FORGET_TOMBSTONES} RETURNING 1) SELECT count(*)::int AS count FROM gone`,
        [before],
      );
      return (rows[0] as { count: number }).count;
    });
  }
}
