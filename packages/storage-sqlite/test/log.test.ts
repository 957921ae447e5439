import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StorageNotice } from '@cpc/sync-core';
import { SqliteQueueStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;
const MAX_LOG_BYTES = 24_000_000;

let directory: string;
let file: string;
let storage: SqliteQueueStorage;
let notices: StorageNotice[];
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
  storage = new SqliteQueueStorage({ file, binding, durability: 'normal', maxLogBytes: MAX_LOG_BYTES });
  notices = [];
  storage.notices.subscribe((notice) => notices.push(notice));
  await storage.open();
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const logBytes = async () => (await stat(`${file}-wal`)).size;
let number = 0;

/** Enqueues and delivers one operation. */
async function cycle(): Promise<void> {
  await storage.enqueue([[operation(`op${number++}`, { payload: JSON.stringify('x'.repeat(30_000)) })]]);
  const { token, operations } = await storage.claim({ now: NOW, limit: 9, leaseMs: 1000 });
  await storage.settle(
    token,
    operations.map(({ id }) => ({ id, kind: 'remove' })),
  );
}

/** Works until an enqueue is refused. */
async function fillLog(): Promise<void> {
  for (let n = 0; n < 3000; n++) {
    try {
      await cycle();
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORAGE_BUSY' });
      return;
    }
  }
  throw new Error('the log grows without a bound');
}

test('a reader that stays open is told of, the log stays within its bound, and shrinks when the reader ends', async () => {
  await cycle();
  const reader = await binding.open(file);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM cpc_queue_operations').get();
  await fillLog();
  expect(notices).toMatchObject([{ kind: 'failed', failure: { code: 'STORAGE_LOG_HELD' } }]);
  // A look every 200 commits, each of them some 50 kB.
  expect(await logBytes()).toBeLessThan(MAX_LOG_BYTES + 200 * 60_000);
  expect(() => storage.enqueueIn(reader, [operation('joined')])).toThrow(
    expect.objectContaining({ code: 'STORAGE_BUSY' }),
  );
  // What takes operations out of the queue goes on.
  expect(await storage.discard(['unknown'])).toEqual([]);
  expect((await storage.claim({ now: NOW, limit: 9, leaseMs: 1000 })).operations).toEqual([]);
  reader.exec('ROLLBACK');
  for (let n = 0; n < 5; n++) await cycle();
  expect(await logBytes()).toBeLessThan(9_000_000);
  reader.close();
}, 60_000);

test('without such a reader the log stays short, and nobody is told of anything', async () => {
  for (let n = 0; n < 150; n++) await cycle();
  expect(await logBytes()).toBeLessThan(9_000_000);
  expect(notices).toEqual([]);
}, 60_000);
