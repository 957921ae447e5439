import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StorageNotice } from '@cpc/sync-core';
import { ROW_COLUMNS } from '../src/engine/columns.js';
import { SqliteQueueStorage, sqliteStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function opened(queue?: string): Promise<SqliteQueueStorage> {
  const storage = new SqliteQueueStorage({ file, binding, ...(queue !== undefined && { queue }) });
  await storage.open();
  return storage;
}

async function run(sql: string): Promise<void> {
  const driver = await binding.open(file);
  driver.exec(sql);
  driver.close();
}

async function hash(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

test('a newer format is refused, and not one byte of the file changes', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a')]]);
  await storage.close();
  await run(`UPDATE cpc_formats SET format = 99`);
  const before = await hash(file);
  await expect(opened()).rejects.toMatchObject({ code: 'STORAGE_FORMAT_NEWER', details: { format: 99 } });
  expect(await hash(file)).toBe(before);
  expect(await readdir(directory)).toEqual(['app.db']);
});

test('a format that is no number is damage, and is left alone', async () => {
  await (await opened()).close();
  await run(`UPDATE cpc_formats SET format = 'x'`);
  const before = await hash(file);
  await expect(opened()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
  expect(await hash(file)).toBe(before);
});

test.each([1, 2, 3, 4, 5])(
  'a file of format %i opens with every state, lease and dependency',
  async (format) => {
    await copyFile(fileURLToPath(new URL(`fixtures/format-${format}.db`, import.meta.url)), file);
    const storage = await opened();
    const { items } = await storage.list();
    expect(items.map(({ id, state }) => [id, state])).toEqual([
      ['head', 'leased'],
      // Behind the head until format 3; from format 4 on, nobody's have a lane of their own, and it was claimed.
      ['follower', format < 4 ? 'waiting' : 'leased'],
      ['dependent', 'blocked'],
      ['scheduled', 'scheduled'],
      ['dead', 'deadLetter'],
      ['parked', 'parked'],
      ['retried', 'scheduled'],
      ['mentions', 'waiting'],
    ]);
    expect(await storage.settle(1, [{ id: 'head', kind: 'remove' }])).toEqual(['settled']);
    const { operations } = await storage.claim({ now: 1_800_000_000_000, limit: 9, leaseMs: 1000 });
    expect(operations.map(({ id }) => id)).toEqual([
      'dependent',
      'follower',
      'scheduled',
      'retried',
      'mentions',
    ]);
    await storage.enqueue([
      [operation('late', { payload: '{"of":"temporary"}', references: [{ path: '/of', id: 'temporary' }] })],
    ]);
    expect(await storage.get('late')).toMatchObject({ payload: '{"of":"permanent"}' });
    expect((await storage.stats()).quarantined).toBe(1);
    await storage.close();
  },
);

test.each([
  ['lacks a column', ''],
  ['has a column of another type', 'ALTER TABLE cpc_queue_operations ADD COLUMN refs INTEGER'],
])('a table that %s is damage, and is left alone', async (_what, sql) => {
  await (await opened()).close();
  await run(`ALTER TABLE cpc_queue_operations DROP COLUMN refs; ${sql}`);
  const before = await hash(file);
  await expect(opened()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED', details: { column: 'refs' } });
  expect(await hash(file)).toBe(before);
});

test.each([1, 2, 3, 4, 5])('a file of format %i knows what each dependency lends', async (format) => {
  await copyFile(fileURLToPath(new URL(`fixtures/format-${format}.db`, import.meta.url)), file);
  const storage = await opened();
  await storage.enqueue([[operation('other', { rank: 80 })]]);
  const first = async (): Promise<string | undefined> => {
    const { token, operations } = await storage.claim({ now: 1_800_000_000_000, limit: 1, leaseMs: 1000 });
    await storage.settle(
      token,
      operations.map(({ id }) => ({ id, kind: 'release', sent: false })),
    );
    return operations[0]?.id;
  };
  expect(await first()).toBe('head');
  await storage.discard(['dependent']);
  expect(await first()).toBe('other');
  await storage.close();
});

test('several queues in one file do not see each other', async () => {
  const [one, two] = [await opened('one'), await opened('two')];
  await one.enqueue([[operation('same')]]);
  await two.enqueue([[operation('same', { payload: '"other"' })]]);
  await one.discard(['same']);
  expect(await two.get('same')).toMatchObject({ payload: '"other"' });
  expect((await one.stats()).total).toBe(0);
  await one.close();
  await two.close();
});

test('names that would need quoting, and files that would vanish, are refused', () => {
  const make = (options: object) => () => new SqliteQueueStorage({ file, ...options });
  for (const queue of ['', 'Queue', '1st', 'a-b', 'a"; DROP TABLE x; --', 'x'.repeat(41)]) {
    expect(make({ queue })).toThrow(RangeError);
  }
  for (const path of ['', ':memory:', 'file::memory:?cache=shared'])
    expect(make({ file: path })).toThrow(TypeError);
  expect(make({ durability: 'off' })).toThrow('durability must be "full" or "normal"');
  expect(make({ binding: 'sqlite3' })).toThrow('"better-sqlite3", "node:sqlite"');
  expect(make({ busyTimeoutMs: -1 })).toThrow(RangeError);
});

test('every commit is as durable as was asked', async () => {
  for (const [durability, level] of [
    ['full', 2],
    ['normal', 1],
  ] as const) {
    const drivers: { prepare(sql: string): { get(): readonly unknown[] | undefined } }[] = [];
    const spying = {
      name: 'spying',
      open: async (path: string) => {
        const driver = await binding.open(path);
        drivers.push(driver);
        return driver;
      },
    };
    const storage = new SqliteQueueStorage({ file, binding: spying, durability });
    await storage.open();
    await storage.enqueue([[operation(durability)]]);
    expect(drivers.at(-1)?.prepare('PRAGMA synchronous').get()).toEqual([level]);
    expect(drivers.at(-1)?.prepare('PRAGMA journal_mode').get()).toEqual(['wal']);
    await storage.close();
  }
});

test('absurd numbers are stored as the largest that mean something', async () => {
  const storage = await opened();
  await storage.enqueue([
    [operation('a', { scheduledAt: Infinity, expiresAt: 1e300, createdAt: NaN, rank: -Infinity })],
  ]);
  expect(await storage.get('a')).toMatchObject({
    scheduledAt: 8.64e15,
    expiresAt: 8.64e15,
    createdAt: 0,
    rank: -8.64e15,
    state: 'scheduled',
  });
  await storage.close();
});

test('an altered record is put aside with its bytes and a notice, and its lane goes on', async () => {
  const storage = await opened();
  const notices: StorageNotice[] = [];
  const subscription = storage.notices.subscribe((notice) => notices.push(notice));
  await storage.enqueue([[operation('a', { entity: 'e' }), operation('b', { entity: 'e' })]]);
  await run(`UPDATE cpc_queue_operations SET entity = 'E', attempts = 3 WHERE id = 'a'`);
  const { operations } = await storage.claim({ now: 1_800_000_000_000, limit: 9, leaseMs: 1000 });
  expect(operations.map(({ id }) => id)).toEqual(['b']);
  expect(notices).toMatchObject([
    { kind: 'quarantined', record: { id: 'a', reason: { code: 'STORAGE_DAMAGED' } } },
  ]);
  const { items } = await storage.quarantined();
  const raw = JSON.parse(new TextDecoder().decode(items[0]?.raw)) as Record<string, { bytes: string }>;
  expect(Buffer.from(raw['payload']!.bytes, 'hex').toString()).toBe('{"of":"a"}');
  expect(await storage.stats()).toMatchObject({ total: 1, quarantined: 1, byState: { leased: 1 } });
  subscription.unsubscribe();
  await storage.close();
});

test('no column of a record can be altered unnoticed', async () => {
  const storage = await opened();
  const columns = ROW_COLUMNS.filter((name) => name !== 'sequence');
  for (const column of columns) {
    await storage.enqueue([[operation(column, { entity: column })]]);
    await run(
      `UPDATE cpc_queue_operations SET ${column} = CASE typeof(${column}) WHEN 'integer' THEN ${column} + 1 ELSE 'x' END
       WHERE sequence = (SELECT max(sequence) FROM cpc_queue_operations)`,
    );
  }
  const { operations } = await storage.claim({ now: 1_800_000_000_000, limit: 99, leaseMs: 1000 });
  expect(operations).toEqual([]);
  await storage.list({ limit: 99 });
  const { items } = await storage.quarantined({ limit: 99 });
  expect(items).toHaveLength(columns.length);
  await storage.close();
});

test('a claim that receives nothing writes nothing', async () => {
  const storage = await opened();
  await storage.enqueue([[operation('a')]]);
  await storage.claim({ now: 1_800_000_000_000, limit: 1, leaseMs: 1000 });
  const log = await hash(`${file}-wal`);
  const first = await storage.claim({ now: 1_800_000_000_000, limit: 1, leaseMs: 1000 });
  const second = await storage.claim({ now: 1_800_000_000_000, limit: 1, leaseMs: 1000 });
  expect(second.token).toBeGreaterThan(first.token);
  expect(await hash(`${file}-wal`)).toBe(log);
  await storage.close();
});

test('the plugin fills the port for the storage, once it is asked', async () => {
  const plugin = sqliteStorage({ file, binding });
  expect(plugin.name).toBe('storage-sqlite');
  expect(await readdir(directory)).toEqual([]);
  expect(plugin.queueStorage?.()).toBeInstanceOf(SqliteQueueStorage);
});
