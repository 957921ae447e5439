import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { PayloadCodec } from '@cpc/sync-core';
import { AesGcmCodec } from '@cpc/sync-core/aes-gcm';
import { ManualClock } from '@cpc/testing';
import { type SqliteDriver, SqliteQueueStorage, type SqliteStorageOptions } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;
let directory: string;
let file: string;
let storage: SqliteQueueStorage;
let other: SqliteDriver;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
  storage = await opened();
  other = await binding.open(file);
  other.exec('PRAGMA synchronous = FULL');
});
afterEach(async () => {
  other.close();
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

async function opened(options: Partial<SqliteStorageOptions> = {}): Promise<SqliteQueueStorage> {
  const made = new SqliteQueueStorage({ file, binding, ...options });
  await made.open();
  return made;
}

test('calls that come together share one commit, and each gets its own answer', async () => {
  let commits = 0;
  const counting = {
    name: 'counting',
    open: async (path: string) => {
      const driver = await binding.open(path);
      const prepare = (sql: string) => {
        const statement = driver.prepare(sql);
        const run = () => {
          commits++;
          return statement.run();
        };
        return sql === 'COMMIT' ? { ...statement, run } : statement;
      };
      return {
        ...driver,
        prepare,
        get inTransaction() {
          return driver.inTransaction;
        },
      };
    },
  };
  const counted = await opened({ binding: counting, queue: 'counted' });
  const results = await Promise.all(
    ['a', 'b', 'a', 'c'].map((id, at) => counted.enqueue([[operation(id, { version: at })]])),
  );
  expect(commits).toBe(1);
  expect(results.flat().map((result) => result.ok && result.receipts[0]?.kind)).toEqual([
    'enqueued',
    'enqueued',
    'duplicate',
    'enqueued',
  ]);
  await counted.close();
});

test('a callback that throws fails its own caller only', async () => {
  await storage.enqueue([[operation('tail', { entity: 'e' })]]);
  const coalesce = () => {
    throw new RangeError('no');
  };
  const answers = await Promise.allSettled([
    storage.enqueue([[operation('good')]]),
    storage.enqueue([[operation('bad', { entity: 'e', coalesces: true })]], { coalesce }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect((await storage.list()).items.map(({ id }) => id)).toEqual(['tail', 'good']);
});

test("the app's own write and the operation commit together, or not at all", async () => {
  other.exec('CREATE TABLE notes (text TEXT)');
  const write = (end: 'COMMIT' | 'ROLLBACK', id: string): void => {
    other.exec('BEGIN IMMEDIATE');
    other.prepare('INSERT INTO notes (text) VALUES (?)').run(id);
    expect(storage.enqueueIn(other, [operation(id)])).toMatchObject({ ok: true });
    other.exec(end);
  };
  write('ROLLBACK', 'undone');
  write('COMMIT', 'done');
  expect(other.prepare('SELECT text FROM notes').all()).toEqual([['done']]);
  expect((await storage.list()).items.map(({ id }) => id)).toEqual(['done']);
  await storage.enqueue([[operation('after')]]);
  expect(await storage.stats()).toMatchObject({ total: 2, byState: { waiting: 2 } });
});

test('enqueueIn refuses what would break its promise', async () => {
  expect(() => storage.enqueueIn(other, [operation('a')])).toThrow('open transaction');
  const careless = await binding.open(file);
  careless.exec('PRAGMA synchronous = OFF');
  careless.exec('BEGIN');
  expect(() => storage.enqueueIn(careless, [operation('a')])).toThrow('PRAGMA synchronous = FULL');
  careless.close();
  await storage.close();
  expect(() => storage.enqueueIn(other, [operation('a')])).toThrow('closed');
});

test('while another process holds the lock, the event loop goes on and the call waits', async () => {
  other.exec('BEGIN IMMEDIATE');
  const begin = performance.now();
  let longest = 0;
  let last = begin;
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const release = setTimeout(() => other.exec('COMMIT'), 400);
  await storage.enqueue([[operation('a')]]);
  clearInterval(watch);
  clearTimeout(release);
  expect(performance.now() - begin).toBeGreaterThan(350);
  expect(longest).toBeLessThan(100);
});

test('a lock that is held for too long rejects with STORAGE_BUSY, and nothing happened', async () => {
  const clock = new ManualClock();
  const patient = await opened({ clock, busyTimeoutMs: 1000 });
  other.exec('BEGIN IMMEDIATE');
  const refused = expect(patient.enqueue([[operation('a')]])).rejects.toMatchObject({ code: 'STORAGE_BUSY' });
  for (let step = 0; step < 40; step++) await clock.advance(50);
  await refused;
  expect(clock.pendingTimers).toBe(0);
  other.exec('COMMIT');
  expect((await patient.stats()).total).toBe(0);
  await patient.close();
});

async function aesGcm(): Promise<PayloadCodec> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
}

test('with a codec no payload stands in the file, and everything else works as without', async () => {
  const secret = await opened({ codec: await aesGcm(), queue: 'secret' });
  const edit = (id: string, value: number) =>
    operation(id, {
      entity: 'e',
      coalesces: true,
      payload: JSON.stringify({ secret: value }),
      base: '"confidential"',
    });
  await secret.enqueue([[edit('a', 1)]]);
  expect(await secret.enqueue([[edit('a', 1)]])).toMatchObject([{ receipts: [{ kind: 'duplicate' }] }]);
  expect(await secret.enqueue([[edit('a', 2)]])).toMatchObject([{ code: 'OPERATION_ID_REUSED' }]);
  const coalesce = (tail: { payload: string }, incoming: ReturnType<typeof edit>) => {
    expect(tail.payload).toBe('{"secret":1}');
    return { kind: 'merged' as const, operation: { ...incoming, payload: '{"secret":3}' } };
  };
  await secret.enqueue([[edit('b', 2)]], { coalesce });
  const [row] = other.prepare('SELECT payload, base FROM cpc_secret_operations').all();
  expect(row?.every((value) => value instanceof Uint8Array)).toBe(true);
  expect(Buffer.concat(row as unknown as Uint8Array[]).toString('latin1')).not.toMatch(/secret|confidential/);
  const { token, operations } = await secret.claim({ now: NOW, limit: 9, leaseMs: 1000 });
  expect(operations).toMatchObject([{ id: 'a', payload: '{"secret":3}', base: '"confidential"' }]);
  const replacement = edit('c', 4);
  await secret.settle(token, [{ id: 'a', kind: 'replace', operation: replacement }]);
  expect((await secret.list()).items).toMatchObject([{ id: 'c', payload: '{"secret":4}' }]);
  expect(() => secret.enqueueIn(other, [edit('d', 5)])).toThrow('codec');
  await secret.close();
});

test('another key puts nothing into quarantine; a forged payload does', async () => {
  const codec = await aesGcm();
  const secret = await opened({ codec });
  await secret.enqueue([[operation('a')], [operation('b')]]);
  await secret.close();
  const keyless: PayloadCodec = {
    ...codec,
    decode: () => Promise.reject(new Error('the key is locked away')),
  };
  const locked = await opened({ codec: keyless });
  await expect(locked.list()).rejects.toThrow('locked away');
  expect((await locked.stats()).total).toBe(2);
  await locked.close();
  const plain = storage;
  await expect(plain.list()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  const forger: PayloadCodec = {
    encode: (text) => codec.encode(text),
    decode: async (bytes) => {
      // The check of the key is the one thing that is left alone.
      const text = await codec.decode(bytes);
      if (!text.startsWith('{')) return text;
      const altered = bytes.slice();
      altered[20] = (altered[20] ?? 0) ^ 1;
      return codec.decode(altered);
    },
  };
  const forged = await opened({ codec: forger });
  expect((await forged.list()).items).toEqual([]);
  expect((await forged.stats()).quarantined).toBe(2);
  await forged.close();
});

test('more operations that fall due at once than one transaction wakes are claimed in their order', async () => {
  const ids = Array.from({ length: 4500 }, (_, n) => `op${n}`);
  const later = (id: string, n: number) => operation(id, { scheduledAt: NOW - n, rank: n % 7 });
  await storage.enqueue(ids.map((id, n) => [later(id, n)]));
  const { operations } = await storage.claim({ now: NOW, limit: 5000, leaseMs: 1000 });
  expect(operations).toHaveLength(4500);
  const ranks = operations.map(({ rank }) => rank);
  expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
});
