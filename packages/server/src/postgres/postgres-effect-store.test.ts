import { PGlite, type Transaction } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emptyDatabase, namesIn, postgresHarness } from '../../test/postgres-harness.js';
import { openPostgresStall } from '../../test/postgres-stall.js';
import { endpointOf } from '../../test/stall-endpoint.js';
import { effectStoreCases, endpointCases, type EndpointCase } from '../conformance.js';
import { applied } from '../answer/handler-answer.js';
import type { KeyedWork } from '../ports/effect-store.js';
import type { PostgresClient, PostgresDatabase } from './postgres-database.js';
import { PostgresEffectStore } from './postgres-effect-store.js';
import { POSTGRES_SCHEMA } from './postgres-schema.js';

const TIMEOUT_MS = 120_000;

let pglite: PGlite | undefined;
beforeAll(async () => {
  pglite = await PGlite.create();
}, TIMEOUT_MS);
afterAll(() => pglite?.close());

/** PGlite is one connection: its transactions come one after the other. */
const database: PostgresDatabase<Transaction> = {
  transaction: (work) => pglite!.transaction(work),
};

for (const { name, run } of effectStoreCases(postgresHarness(database))) test(name, run, TIMEOUT_MS);

describe('the receiver on it', () => {
  let cases: readonly EndpointCase[] = [];
  beforeAll(async () => {
    cases = endpointCases(endpointOf(await openPostgresStall({ database })));
  }, TIMEOUT_MS);

  // The names are known before the database is.
  const names = endpointCases(endpointOf({ receiver: { receive: unreachable }, effects: () => [] }));
  test.each(names.map(({ name }) => name))('%s', async (name) => {
    await cases.find((found) => found.name === name)!.run();
  });
});

test('a broken constraint that only the commit finds fails its own work alone', async () => {
  const store = await openStore();
  await database.transaction(async (client) => {
    await client.query('CREATE TABLE owners (name TEXT PRIMARY KEY)');
    await client.query(
      'ALTER TABLE effects ADD FOREIGN KEY (name) REFERENCES owners DEFERRABLE INITIALLY DEFERRED',
    );
    await client.query("INSERT INTO owners VALUES ('a'), ('c')");
  });
  const results = await store.run([
    work('a'),
    { ...work('b'), lane: 'e' },
    work('c'),
    { ...work('a2'), lane: 'e' },
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['applied', 'failed', 'applied', 'skipped']);
  expect(results[1]).toMatchObject({ error: { code: '23503' } });
  expect(await namesIn(database)).toEqual(['a', 'c']);
});

test('an effect that goes on after a statement of it failed is not acknowledged', async () => {
  const store = await openStore();
  const careless = work('a', async (tx) => {
    await tx.query('INSERT INTO nowhere VALUES (1)').catch(() => undefined);
  });
  const results = await store.run([work('b'), careless, work('c')]);
  expect(results.map(({ kind }) => kind)).toEqual(['applied', 'failed', 'applied']);
  expect(await store.run([careless])).toMatchObject([{ kind: 'failed', error: { code: '25P02' } }]);
  expect(await namesIn(database)).toEqual(['b', 'c']);
});

test.each(['40001', '40P01'])(
  'begins again after %s, though the effect hides it in another error',
  async (code) => {
    const store = await openStore();
    let left = 2;
    const unlucky = work('a', () => {
      if (left-- > 0)
        throw new Error('wrapped', { cause: Object.assign(new Error('of the database'), { code }) });
      return Promise.resolve();
    });
    const results = await store.run([work('b'), unlucky]);
    expect(results.map(({ kind }) => kind)).toEqual(['applied', 'applied']);
    expect(await namesIn(database)).toEqual(['b', 'a']);
  },
);

test('gives up after so many attempts, and nothing happened', async () => {
  const store = await openStore({ maxAttempts: 3 });
  let attempts = 0;
  const unlucky = work('a', () => {
    attempts++;
    throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
  });
  await expect(store.run([work('b'), unlucky])).rejects.toThrow('deadlock detected');
  expect(attempts).toBe(3);
  expect(await namesIn(database)).toEqual([]);
});

test('a store that cannot write is answered with 503 and Retry-After', async () => {
  const handlers = {
    down: {
      apply: () => Promise.reject(Object.assign(new Error('the server shuts down'), { code: '57P01' })),
    },
    locked: {
      apply: () => Promise.reject(Object.assign(new Error('lock timeout'), { code: '55P03' })),
    },
    fine: { apply: () => applied() },
  };
  const stall = await openPostgresStall({ database, handlers });
  for (const kind of ['down', 'locked']) {
    const answer = await stall.post(kind, 'k', {});
    expect(answer).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE', idempotencyKey: 'k' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  expect((await stall.post('fine', 'k', {})).status).toBe(200);
});

test('works on tables that a migration of the app created', async () => {
  await emptyDatabase(database);
  await pglite!.exec(POSTGRES_SCHEMA);
  await pglite!.exec(POSTGRES_SCHEMA);
  const store = new PostgresEffectStore(database);
  await store.open();
  expect((await store.run([work('a')]))[0]!.kind).toBe('applied');
});

test('leaves the tables of a newer version as they are', async () => {
  const store = await openStore();
  await pglite!.query('UPDATE cpc_receiver_format SET version = 2');
  await expect(store.open()).rejects.toThrow(/format 2, written by a newer @cpc\/server/);
  expect((await pglite!.query('SELECT version FROM cpc_receiver_format')).rows).toEqual([{ version: 2 }]);
});

test('names the option that is out of range', () => {
  expect(() => new PostgresEffectStore(database, { maxAttempts: 0 })).toThrow(/maxAttempts takes an integer/);
});

async function openStore(
  options?: ConstructorParameters<typeof PostgresEffectStore>[1],
): Promise<PostgresEffectStore<Transaction>> {
  await emptyDatabase(database);
  const store = new PostgresEffectStore(database, options);
  await store.open();
  return store;
}

/** A work that leaves its key as a name, behind whatever it does first. */
function work(key: string, first?: (tx: PostgresClient) => Promise<void>): KeyedWork<PostgresClient> {
  return {
    principal: 'ann',
    key,
    fingerprint: 'content',
    async effect(tx) {
      await first?.(tx);
      await tx.query('INSERT INTO effects (name) VALUES ($1)', [key]).catch((error: unknown) => {
        if (first === undefined) throw error;
      });
      return { keep: true, answer: { status: 200, body: JSON.stringify(key) } };
    },
  };
}

function unreachable(): Promise<Response> {
  return Promise.reject(new Error('only the names of the cases are asked for'));
}
