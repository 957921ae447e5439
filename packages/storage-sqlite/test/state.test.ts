import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Settlement } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { SqliteQueueReader, SqliteQueueStorage, type SqliteDriver } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;

let directory: string;
let file: string;
let driver: SqliteDriver;
const open: { close(): unknown }[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(directory, { recursive: true, force: true });
});

async function opened(): Promise<SqliteQueueStorage> {
  const made = new SqliteQueueStorage({ file, binding, durability: 'normal' });
  open.push(made);
  await made.open();
  return made;
}

async function connected(): Promise<SqliteDriver> {
  driver = await binding.open(file);
  driver.exec('PRAGMA synchronous = FULL');
  open.push(driver);
  return driver;
}

/** The last sequence, as the row of the state tells it. */
function writtenSequence(): number {
  const [text] = driver.prepare('SELECT data FROM cpc_queue_state').get() ?? [];
  return (JSON.parse(text as string) as { sequence: number }).sequence;
}

async function enqueue(storage: SqliteQueueStorage, id: string, fields = {}): Promise<number> {
  const [result] = await storage.enqueue([[operation(id, fields)]]);
  const [receipt] = result?.ok === true ? result.receipts : [];
  return receipt?.kind === 'enqueued' ? receipt.sequence : NaN;
}

test('what only appends leaves the state as it is, and whoever looks counts it in', async () => {
  const one = await opened();
  await connected();
  for (let n = 1; n <= 5; n++) expect(await enqueue(one, `op${n}`, { priority: 10 * n })).toBe(n);
  expect(writtenSequence()).toBe(1);
  const two = await opened();
  const byPriority = { 10: 1, 20: 1, 30: 1, 40: 1, 50: 1 };
  expect(await two.stats()).toMatchObject({ total: 5, byPriority, byState: { waiting: 5 } });
  expect(await enqueue(two, 'op6', { scheduledAt: NOW })).toBe(6);
  expect(await enqueue(one, 'op7', { entity: 'e' })).toBe(7);
  expect(await enqueue(one, 'op8', { entity: 'e' })).toBe(8);
  expect((await two.stats()).byState).toMatchObject({ waiting: 6, scheduled: 1, blocked: 1 });
  await two.discard(['op8', 'op7']);
  expect(writtenSequence()).toBe(8);
  expect(await enqueue(one, 'op9')).toBe(9);
});

test('the state is never more than a hundred operations behind', async () => {
  const storage = await opened();
  await connected();
  for (let n = 1; n <= 250; n++) {
    await enqueue(storage, `op${n}`);
    expect(n - writtenSequence()).toBeLessThan(100);
  }
  expect(writtenSequence()).toBeGreaterThan(150);
});

test('a rolled back transaction of the app takes its operations out of the counts', async () => {
  const storage = await opened();
  const app = await connected();
  await enqueue(storage, 'first');
  // A reference is more than an appended row, so the state is written.
  const references = [{ path: '/of', id: 'temporary' }];
  app.exec('BEGIN IMMEDIATE');
  storage.enqueueIn(app, [operation('undone', { priority: 75 })]);
  app.exec('ROLLBACK');
  await enqueue(storage, 'other', { priority: 10 });
  app.exec('BEGIN IMMEDIATE');
  storage.enqueueIn(app, [operation('kept', { priority: 75, references })]);
  app.exec('COMMIT');
  expect((await storage.stats()).byPriority).toEqual({ 10: 1, 50: 1, 75: 1 });
});

test('a rule that throws within the app’s transaction leaves the counts right', async () => {
  const storage = await opened();
  const app = await connected();
  await enqueue(storage, 'tail', { entity: 'e', coalesces: true });
  const edit = operation('edit', { entity: 'e', coalesces: true });
  const coalesce = (): never => {
    throw new Error('a defect of the app');
  };
  app.exec('BEGIN IMMEDIATE');
  storage.enqueueIn(app, [operation('kept')]);
  app.exec('COMMIT');
  app.exec('BEGIN IMMEDIATE');
  expect(() => storage.enqueueIn(app, [operation('before'), edit], { coalesce })).toThrow('a defect');
  app.exec('ROLLBACK');
  app.exec('BEGIN IMMEDIATE');
  storage.enqueueIn(app, [operation('after')]);
  app.exec('COMMIT');
  expect(await storage.stats()).toMatchObject({ total: 3, byState: { waiting: 3 } });
});

test.each([1, 2, 3])(
  'the counts agree with the rows, whoever changes them (seed %i)',
  async (seed) => {
    const random = new SeededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
    const storages = [await opened(), await opened()];
    const reader = new SqliteQueueReader({ file, binding });
    open.push(reader);
    await reader.open();
    const ids: string[] = [];
    const steps: Record<string, (storage: SqliteQueueStorage) => Promise<unknown>> = {
      enqueue: (storage) => {
        ids.push(`op${ids.length}`);
        const entity = pick(['a', 'b', undefined]);
        const dependsOn = random.next() < 0.1 ? [pick(ids)] : [];
        const scheduledAt = pick([0, NOW + 100 * ids.length]);
        return enqueue(storage, ids.at(-1)!, { entity, dependsOn, scheduledAt, priority: pick([10, 50]) });
      },
      drain: async (storage) => {
        const { token, operations } = await storage.claim({ now: NOW, limit: 3, leaseMs: pick([-1, 9]) });
        const settlement = (id: string): Settlement =>
          random.next() < 0.5 ? { id, kind: 'remove' } : { id, kind: 'release', sent: true };
        await storage.settle(
          token,
          operations.slice(1).map(({ id }) => settlement(id)),
        );
      },
      discard: (storage) => storage.discard([pick(ids)]),
      requeue: (storage) => storage.requeue([pick(ids)]),
    };
    await steps['enqueue']!(storages[0]!);
    for (let n = 0; n < 150; n++) {
      const step = pick(['enqueue', 'enqueue', 'enqueue', 'drain', 'discard', 'requeue']);
      await steps[step]!(pick(storages));
      expect([n, step, (await reader.checkOrder()).countsAgree]).toEqual([n, step, true]);
      const [one, two] = await Promise.all(storages.map((storage) => storage.stats()));
      expect(one).toEqual(two);
    }
  },
  60_000,
);
