import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { findPostgres, startPostgres, type StartedPostgres } from '../../../tools/postgres/index.mjs';
import { effectStoreCases } from '../src/conformance.js';
import { applied, type Change, type OperationHandler } from '../src/index.js';
import {
  fromPool,
  PostgresChangeLog,
  PostgresEffectStore,
  type PostgresClient,
  type PostgresDatabase,
} from '../src/postgres.js';
import { emptyDatabase, namesIn, postgresHarness } from './postgres-harness.js';
import { openPostgresStall, type PostgresStall } from './postgres-stall.js';

/*
 * What only a server with many connections can show. It is the one that DATABASE_URL or PGHOST names, else one
 * that is started for these tests.
 */
const found = findPostgres();
const onServer = found.kind === 'none' ? describe.skip : describe;
const title = found.kind === 'none' ? `on a PostgreSQL server (${found.reason})` : 'on a PostgreSQL server';
const TIMEOUT_MS = 120_000;

onServer(title, () => {
  let started: StartedPostgres | undefined;
  let pool: pg.Pool | undefined;
  const plain: PostgresDatabase<pg.PoolClient> = {
    transaction: (work) => fromPool<pg.PoolClient>(pool!).transaction(work),
  };
  const database: PostgresDatabase<pg.PoolClient> = {
    ...plain,
    framed: (first, work) => fromPool<pg.PoolClient>(pool!).framed!(first, work),
  };

  beforeAll(async () => {
    started = await startPostgres(found);
    pool = new pg.Pool({ connectionString: started.url, max: 10 });
    // A connection that the server ends while it is idle; whoever uses it next is told.
    pool.on('error', () => undefined);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await pool?.end();
    await started?.stop();
  }, TIMEOUT_MS);

  describe.each([
    ['with begin and commit beside other statements', database],
    ['with a round trip for each statement', plain],
  ])('%s', (_, under) => {
    for (const { name, run } of effectStoreCases(postgresHarness(under))) test(name, run, TIMEOUT_MS);
  });

  describe('under contention', () => {
    beforeEach(() => emptyDatabase(database));

    test(
      'a hundred operations, each sent four times at once in batches of any order, have one effect each',
      async () => {
        const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
        const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(database)));
        const send = async (store: Store, order: readonly string[]): Promise<void> => {
          let left = order;
          while (left.length > 0) {
            const results = await store.run(left.map((key) => insertion(key)));
            left = left.filter((_, index) => results[index]!.kind === 'running');
          }
        };
        await Promise.all(stores.map((store, index) => send(store, rotated(keys, 25 * index))));
        expect([...(await namesIn(database))].sort()).toEqual([...keys].sort());
      },
      TIMEOUT_MS,
    );

    test(
      'of many changes of one version at the same time exactly one is applied, though nothing locks the row',
      async () => {
        const stall = await openPostgresStall({ database });
        const headers = { 'sync-entity': 'stall' };
        await stall.post('rename', 'first', { name: 'first' }, headers);
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            stall.post('rename', `k${index}`, { name: `n${index}` }, { ...headers, 'if-match': '"1"' }),
          ),
        );
        const statuses = answers.map(({ status }) => status).sort();
        expect(statuses).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
        expect(await stall.effects()).toHaveLength(2);
      },
      TIMEOUT_MS,
    );

    test(
      'a repeat is answered with 409 while the first is running, without waiting for it',
      async () => {
        const gate = openGate();
        const stall = await openPostgresStall({
          database,
          handlers: { slow: { apply: () => gate.passed().then(() => applied()) } },
        });
        const first = stall.post('slow', 'k', {});
        await gate.reached;
        const second = await stall.post('slow', 'k', {});
        expect(second).toMatchObject({ status: 409, json: { code: 'KEY_IN_USE', idempotencyKey: 'k' } });
        expect(second.headers.get('retry-after')).toBe('1');
        gate.open();
        expect((await first).status).toBe(200);
        expect((await stall.post('slow', 'k', {})).json).toEqual((await first).json);
      },
      TIMEOUT_MS,
    );

    test(
      'two that wait for each other’s rows both have their effect',
      async () => {
        const stall = await openPostgresStall({ database, handlers: { both: bothRows() } });
        await stall.post('rename', 'a', { name: 'a' }, { 'sync-entity': 'a' });
        await stall.post('rename', 'b', { name: 'b' }, { 'sync-entity': 'b' });
        const answers = await Promise.all([
          stall.post('both', '1', ['a', 'b']),
          stall.post('both', '2', ['b', 'a']),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        const versions = await pool!.query('SELECT version FROM stalls');
        expect(versions.rows).toEqual([{ version: 3 }, { version: 3 }]);
      },
      TIMEOUT_MS,
    );

    test(
      'counts right where transactions are serializable, or asks to come later',
      async () => {
        const strict = new pg.Pool({
          connectionString: started!.url,
          options: '-c default_transaction_isolation=serializable',
        });
        const stall = await openPostgresStall({
          database: fromPool(strict),
          handlers: { count: countRows },
        });
        const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
        await Promise.all(keys.map((key) => untilApplied(stall, 'count', key)));
        const names = await stall.effects();
        await strict.end();
        expect([...names].map(Number).sort((a, b) => a - b)).toEqual(keys.map((_, index) => index));
      },
      TIMEOUT_MS,
    );

    test(
      'an operation that waits too long for a lock is told to come again, and holds no other up',
      async () => {
        const stall = await openPostgresStall({ database, options: { lockTimeoutMs: 50 } });
        await stall.post('rename', 'first', { name: 'a' }, { 'sync-entity': 'locked' });
        const holder = await pool!.connect();
        await holder.query('BEGIN');
        await holder.query('SELECT 1 FROM stalls FOR UPDATE');
        const response = await stall.receiver.receive(
          batchOf([
            { key: 'x', kind: 'add', name: 'x' },
            { key: 'y', kind: 'rename', name: 'y', entity: 'locked' },
            { key: 'z', kind: 'add', name: 'z' },
          ]),
        );
        const items = (await response.json()) as { status: number }[];
        expect(items.map(({ status }) => status)).toEqual([200, 503, 200]);
        expect(items[1]).toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfter: 1 });
        await holder.query('ROLLBACK');
        holder.release();
        await untilApplied(stall, 'rename', 'y', { name: 'y' }, { 'sync-entity': 'locked' });
        expect(await stall.effects()).toEqual(['a', 'x', 'z', 'y']);
      },
      TIMEOUT_MS,
    );

    test(
      'calls that find all transactions running share the next one, and each is answered for itself',
      async () => {
        let transactions = 0;
        const counting: PostgresDatabase<pg.PoolClient> = {
          ...database,
          framed(first, work) {
            transactions++;
            return database.framed!(first, work);
          },
        };
        const store = new PostgresEffectStore(counting, { maxTransactions: 2 });
        await store.open();
        const calls = Array.from({ length: 30 }, (_, index) => `k${index}`);
        const refused = { ...insertion('refused'), effect: () => ({ keep: false, answer: NO }) };
        const [results, no] = await Promise.all([
          Promise.all(calls.map((key) => store.run([insertion(key)]))),
          store.run([refused, insertion('behind')]),
        ]);
        expect(results.flat().map(({ kind }) => kind)).toEqual(calls.map(() => 'applied'));
        expect(no.map(({ kind }) => kind)).toEqual(['refused', 'applied']);
        expect([...(await namesIn(database))].sort()).toEqual([...calls, 'behind'].sort());
        expect(transactions).toBeLessThanOrEqual(4);
      },
      TIMEOUT_MS,
    );

    test(
      'who waits for an entity holds up nobody who shares a transaction',
      async () => {
        const other = await openStore(database);
        const store = new PostgresEffectStore(database, { maxTransactions: 1 });
        await store.open();
        const gates = [openGate(), openGate()] as const;
        const waiting = (key: string, gate: Gate, lane?: string): ReturnType<typeof insertion> => ({
          ...insertion(key),
          lane,
          effect: (tx) => gate.passed().then(() => insertion(key).effect(tx)),
        });
        const elsewhere = other.run([waiting('elsewhere', gates[0], 'e')]);
        const first = store.run([waiting('first', gates[1])]);
        await Promise.all(gates.map(({ reached }) => reached));
        const laned = store.run([{ ...insertion('laned'), lane: 'e' }]);
        const free = ['x', 'y'].map((key) => store.run([insertion(key)]));
        gates[1].open();
        await Promise.all([first, ...free]);
        expect(await namesIn(database)).toEqual(['first', 'x', 'y']);
        gates[0].open();
        expect((await Promise.all([elsewhere, laned])).flat().map(({ kind }) => kind)).toEqual([
          'applied',
          'applied',
        ]);
        expect(await namesIn(database)).toEqual(['first', 'x', 'y', 'elsewhere', 'laned']);
      },
      TIMEOUT_MS,
    );

    test(
      'a connection that breaks in the transaction leaves nothing, and the next request works',
      async () => {
        let breaks = 1;
        const suicide: OperationHandler<PostgresClient> = {
          async apply(_operation, tx) {
            await tx.query("INSERT INTO effects (name) VALUES ('half')");
            if (breaks-- > 0) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
            return applied();
          },
        };
        const stall = await openPostgresStall({ database, handlers: { suicide } });
        const broken = await stall.post('suicide', 'k', {});
        expect(broken).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE' } });
        expect(await stall.effects()).toEqual([]);
        expect((await stall.post('suicide', 'k', {})).status).toBe(200);
        expect(await stall.effects()).toEqual(['half']);
      },
      TIMEOUT_MS,
    );

    test(
      'positions of a channel appear in their order, though a later transaction is ready first',
      async () => {
        const log = await openLog(database);
        const gate = openGate();
        const slow = database.transaction(async (client) => {
          await log.record(client, changeOf('slow'));
          await gate.passed();
        });
        await gate.reached;
        const quick = database.transaction((client) => log.record(client, changeOf('quick')));
        const elsewhere = { channel: 'bob', entity: 'other', value: 1 };
        await database.transaction((client) => log.record(client, elsewhere));
        expect(await entitiesOf(log, 0)).toEqual([]);
        gate.open();
        await Promise.all([slow, quick]);
        expect(await entitiesOf(log, 0)).toEqual(['slow', 'quick']);
      },
      TIMEOUT_MS,
    );

    test(
      'a reader that follows many writers misses nothing',
      async () => {
        const log = await openLog(database);
        const entities = Array.from({ length: 200 }, (_, index) => `e${index}`);
        const write = async (mine: readonly string[]): Promise<void> => {
          for (const entity of mine) {
            const isUndone = entity.endsWith('7');
            await database
              .transaction(async (client) => {
                await log.record(client, changeOf(entity));
                await client.query('SELECT pg_sleep(random() * 0.004)');
                if (isUndone) throw new Error('undone');
              })
              .catch((error: unknown) => {
                if (!isUndone) throw error;
              });
          }
        };
        const seen = new Set<string>();
        let position = 0;
        const writing = new Set(['writers']);
        const writers = Promise.all(
          [0, 1, 2, 3].map((part) => write(entities.slice(part * 50, part * 50 + 50))),
        );
        void writers.finally(() => writing.clear()).catch(() => undefined);
        for (let more = true; more || writing.size > 0;) {
          const page = (await log.read({ channel: 'ann', since: position, limit: 7 }))!;
          for (const { entity } of page.changes) seen.add(entity);
          ({ position, more } = page);
        }
        await writers;
        for (const entity of await entitiesOf(log, position)) seen.add(entity);
        expect([...seen].sort()).toEqual(entities.filter((entity) => !entity.endsWith('7')).sort());
      },
      TIMEOUT_MS,
    );

    test(
      'many processes that open at the same time create the tables once',
      async () => {
        await Promise.all(Array.from({ length: 8 }, () => [openStore(database), openLog(database)]).flat());
        expect((await pool!.query('SELECT version FROM cpc_receiver_format')).rows).toHaveLength(1);
      },
      TIMEOUT_MS,
    );

    test(
      'commits are durable though the database is set to be quick',
      async () => {
        const seen: unknown[] = [];
        const quick = new pg.Pool({ connectionString: started!.url, options: '-c synchronous_commit=off' });
        const look: OperationHandler<PostgresClient> = {
          async apply(_operation, tx) {
            seen.push((await tx.query('SHOW synchronous_commit')).rows[0]);
            return applied();
          },
        };
        const stall = await openPostgresStall({ database: fromPool(quick), handlers: { look } });
        await stall.post('look', 'k', {});
        await quick.end();
        expect(seen).toEqual([{ synchronous_commit: 'on' }]);
      },
      TIMEOUT_MS,
    );
  });
});

type Store = PostgresEffectStore<pg.PoolClient>;

async function openStore(database: PostgresDatabase<pg.PoolClient>): Promise<Store> {
  const store = new PostgresEffectStore(database);
  await store.open();
  return store;
}

async function openLog(database: PostgresDatabase<pg.PoolClient>): Promise<PostgresChangeLog<pg.PoolClient>> {
  const log = new PostgresChangeLog(database);
  await log.open();
  return log;
}

function changeOf(entity: string): Change {
  return { channel: 'ann', entity, value: entity };
}

async function entitiesOf(log: PostgresChangeLog<pg.PoolClient>, since: number): Promise<readonly string[]> {
  const page = await log.read({ channel: 'ann', since, limit: 1_000 });
  return page!.changes.map(({ entity }) => entity);
}

function insertion(key: string): Parameters<Store['run']>[0][number] {
  return {
    principal: 'ann',
    key,
    fingerprint: 'content',
    async effect(tx) {
      await tx.query('INSERT INTO effects (name) VALUES ($1)', [key]);
      return { keep: true, answer: { status: 200, body: '{}' } };
    },
  };
}

/** Raises the version of two rows in the given order, and lets the other operation lock one in between. */
function bothRows(): OperationHandler<PostgresClient> {
  let arrived = 0;
  const gate = openGate();
  return {
    async apply({ payload }, tx) {
      const [first, second] = payload as [string, string];
      await tx.query('UPDATE stalls SET version = version + 1 WHERE id = $1', [first]);
      if (++arrived === 2) gate.open();
      await gate.passed();
      await tx.query('UPDATE stalls SET version = version + 1 WHERE id = $1', [second]);
      return applied();
    },
  };
}

/** Reads, then writes what it read: wrong by a race unless transactions are serializable. */
const countRows: OperationHandler<PostgresClient> = {
  async apply(_operation, tx) {
    const { rows } = await tx.query('SELECT count(*)::int AS count FROM effects');
    await tx.query('INSERT INTO effects (name) VALUES ($1)', [(rows[0] as { count: number }).count]);
    return applied();
  },
};

/** Sends again what is told to come later. */
async function untilApplied(
  stall: PostgresStall,
  kind: string,
  key: string,
  payload: unknown = {},
  headers: Record<string, string> = {},
): Promise<void> {
  let status = 503;
  while (status === 503) ({ status } = await stall.post(kind, key, payload, headers));
  expect(status).toBe(200);
}

function batchOf(items: readonly { key: string; kind: string; name: string; entity?: string }[]): Request {
  const body = JSON.stringify(
    items.map(({ key, kind, name, entity }) => ({ idempotencyKey: key, kind, entity, payload: { name } })),
  );
  const headers = { 'content-type': 'application/json', authorization: 'ann' };
  return new Request('https://stall.example/operations', { method: 'POST', body, headers });
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  return [...list.slice(by), ...list.slice(0, by)];
}

const NO = { status: 422, body: '{}' };

interface Gate {
  readonly reached: Promise<void>;
  passed: () => Promise<void>;
  open: () => void;
}

/** Lets a handler wait until the test says so. */
function openGate(): Gate {
  let reach: () => void = () => undefined;
  let open: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    reached,
    passed() {
      reach();
      return opened;
    },
    open: () => open(),
  };
}
