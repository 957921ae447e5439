import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { sqliteStorage } from '@cpc/storage-sqlite';
import { defineOperation } from '@cpc/sync-core';
import { OPERATIONS, setCurrency } from './shared/operations.js';

let folder: string;
let sync: SyncContainer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'market-day-'));
  sync = createSyncContainer({
    plugins: [
      sqliteStorage({ file: join(folder, 'queue.sqlite') }),
      {
        name: 'nowhere',
        transport: () => ({ send: () => Promise.reject(new Error('nothing is sent here')) }),
      },
    ],
    operations: OPERATIONS,
  });
  await sync.open();
});
afterEach(async () => {
  await sync.close();
  rmSync(folder, { recursive: true, force: true });
});

const stored = async (): Promise<readonly unknown[]> =>
  (await sync.queue.list()).items.map(({ kind, payload }) => [kind, payload]);

test('an unknown kind is refused and nothing is stored', async () => {
  await expect(sync.queue.enqueue('preferences.setShoeSize', { size: 42 })).rejects.toMatchObject({
    code: 'OPERATION_KIND_UNKNOWN',
  });
  expect(await stored()).toEqual([]);
});

test.each([
  ['a function', { currency: () => 'EUR' }],
  ['a cycle', cycle()],
  ['a number that JSON does not have', { currency: Number.NaN }],
  ['a big integer', { currency: 1n }],
])('a payload that is not JSON is refused and nothing is stored: %s', async (_title, payload) => {
  const free = createSyncContainer({
    plugins: [
      { name: 'same disk', queueStorage: () => sync.storage },
      { name: 'nowhere', transport: () => sync.transport },
    ],
    operations: [defineOperation('notes.add')],
  });
  await expect(free.queue.enqueue('notes.add', payload)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  expect(await stored()).toEqual([]);
});

test('a payload that the schema refuses is not stored', async () => {
  await expect(sync.queue.enqueue(setCurrency, { currency: 'shells' })).rejects.toMatchObject({
    code: 'PAYLOAD_INVALID',
  });
  expect(await stored()).toEqual([]);
});

test('the same id with another payload is refused, and the first stays as it is', async () => {
  await sync.queue.enqueue(setCurrency, { currency: 'EUR' }, { id: 'one' });
  await expect(sync.queue.enqueue(setCurrency, { currency: 'GBP' }, { id: 'one' })).rejects.toMatchObject({
    code: 'OPERATION_ID_REUSED',
  });
  expect(await stored()).toEqual([['preferences.setCurrency', { currency: 'EUR' }]]);
});

test('the same id with the same payload is the same operation', async () => {
  await sync.queue.enqueue(setCurrency, { currency: 'EUR' }, { id: 'one' });
  await sync.queue.enqueue(setCurrency, { currency: 'EUR' }, { id: 'one' });
  expect(await stored()).toHaveLength(1);
});

function cycle(): object {
  const self: { currency: string; self?: object } = { currency: 'EUR' };
  self.self = self;
  return self;
}
