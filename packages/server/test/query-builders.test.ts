import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { findPostgres, startPostgres, type StartedPostgres } from '../../../tools/postgres/index.mjs';
import { applied, rejected, type OperationHandler } from '../src/index.js';
import { fromPool } from '../src/postgres.js';
import { openPostgresStall } from './postgres-stall.js';

/*
 * Query builders on the connection of the transaction: what they write is part of the effect.
 */
const found = findPostgres();
const onServer = found.kind === 'none' ? describe.skip : describe;
const TIMEOUT_MS = 120_000;

type Handler = OperationHandler<pg.PoolClient>;

const effects = pgTable('effects', { name: text() });

const withDrizzle: Handler = {
  async apply({ key }, tx) {
    const db = drizzle({ client: tx });
    await db.insert(effects).values({ name: key });
    await db.execute(sql`SELECT 1`);
    return key === 'refused' ? rejected('REFUSED', 'Not this one.') : applied();
  },
};

const withKysely: Handler = {
  async apply({ key }, tx) {
    const connection = { query: tx.query.bind(tx), release: () => undefined } as never;
    const dialect = new PostgresDialect({
      pool: { connect: () => Promise.resolve(connection), end: () => Promise.resolve() },
    });
    await new Kysely<{ effects: { name: string } }>({ dialect })
      .insertInto('effects')
      .values({ name: key })
      .execute();
    return key === 'refused' ? rejected('REFUSED', 'Not this one.') : applied();
  },
};

const build = knex({ client: 'pg' });
const withKnex: Handler = {
  async apply({ key }, tx) {
    await build('effects').insert({ name: key }).connection(tx);
    return key === 'refused' ? rejected('REFUSED', 'Not this one.') : applied();
  },
};

onServer('query builders on the transaction of the effect', () => {
  let started: StartedPostgres | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    started = await startPostgres(found);
    pool = new pg.Pool({ connectionString: started.url });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await build.destroy();
    await pool?.end();
    await started?.stop();
  }, TIMEOUT_MS);

  test.each([
    ['Drizzle', withDrizzle],
    ['Kysely', withKysely],
    ['Knex', withKnex],
  ])(
    '%s: what it writes is committed with the key, and undone with a refusal',
    async (_, handler) => {
      const database = fromPool<pg.PoolClient>(pool!);
      const stall = await openPostgresStall({ database, handlers: { built: handler } });
      expect((await stall.post('built', 'refused', {})).status).toBe(422);
      const first = await stall.post('built', 'a', {});
      expect(first.status).toBe(200);
      expect((await stall.post('built', 'a', {})).json).toEqual(first.json);
      expect(await stall.effects()).toEqual(['a']);
    },
    TIMEOUT_MS,
  );
});
