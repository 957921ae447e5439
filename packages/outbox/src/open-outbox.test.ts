import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { betterSqlite3 } from '@cpc/storage-sqlite';
import { ENDPOINT, recordingFetch } from '../test/recording-fetch.js';
import type { Outbox, OutboxOptions } from './index.js';
import * as browser from './platforms/browser.js';
import * as node from './platforms/node.js';
import * as reactNative from './platforms/react-native.js';
import * as serviceWorker from './platforms/service-worker.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-outbox-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sell = node.defineOperation('stall.sell', {
  entity: ({ stall }: { stall: number; item: string }) => `stalls/${stall}`,
});

type Open = (options: OutboxOptions & { readonly transport: object }) => Promise<Outbox>;

/** NetInfo, as far as the monitor listens to it. */
const netInfo = {
  addEventListener: (listener: (state: { type: string; isConnected: boolean }) => void) => {
    listener({ type: 'wifi', isConnected: true });
    return () => undefined;
  },
};

const platforms: readonly [string, Open][] = [
  ['a browser', (options) => browser.openOutbox({ ...options, database: 'till', endpoint: ENDPOINT })],
  [
    'Node',
    (options) => node.openOutbox({ ...options, database: join(folder, 'till.db'), endpoint: ENDPOINT }),
  ],
  [
    'React Native',
    (options) =>
      reactNative.openOutbox({
        ...options,
        database: join(folder, 'phone.db'),
        binding: betterSqlite3,
        netInfo,
        endpoint: ENDPOINT,
      }),
  ],
  [
    'a service worker',
    (options) => serviceWorker.openOutbox({ ...options, database: 'worker', endpoint: ENDPOINT }),
  ],
];

test.each(platforms)('one call on %s opens all, and one closes all', async (name, open) => {
  const { fetch, keys } = recordingFetch();
  const outbox = await open({ operations: [sell], transport: { fetch } });
  const { id } = await outbox.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await outbox.worker.drain();
  expect(keys).toEqual([id]);
  // A service worker delivers when it is woken, and keeps nothing running in between.
  expect(outbox.worker.isRunning).toBe(name !== 'a service worker');
  await outbox.close();
  expect(outbox.worker.isRunning).toBe(false);
  await expect(outbox.queue.stats()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
});

test('is closed by await using', async () => {
  let outbox: Outbox;
  {
    await using held = await node.openOutbox({
      database: join(folder, 'held.db'),
      endpoint: ENDPOINT,
      operations: [sell],
    });
    outbox = held;
  }
  expect(outbox.worker.isRunning).toBe(false);
});

test('takes more plugins, and refuses a second one for a port', async () => {
  const errors: string[] = [];
  const say = (text: string): void => void errors.push(text);
  const logger = { debug: say, info: say, warn: say, error: say };
  const options = { database: join(folder, 'more.db'), endpoint: ENDPOINT, operations: [sell] };
  await using outbox = await node.openOutbox({
    ...options,
    plugins: [{ name: 'log', logger: () => logger }],
  });
  outbox.queue.events$.subscribe(() => {
    throw new Error('boom');
  });
  await outbox.queue.enqueue(sell, { stall: 1, item: 'pears' });
  expect(errors).toEqual(['Error: boom']);
  const twice = node.openOutbox({
    ...options,
    plugins: [{ name: 'mine', transport: () => outbox.transport }],
  });
  await expect(twice).rejects.toMatchObject({ code: 'PLUGIN_CONFLICT' });
});

test('leaves nothing open where it cannot be opened', async () => {
  const nowhere = { database: join(folder, 'no', 'such', 'till.db'), endpoint: ENDPOINT, operations: [] };
  await expect(node.openOutbox(nowhere)).rejects.toMatchObject({ name: 'SyncError' });
  await expect(node.openOutbox({ ...nowhere, endpoint: 'ftp://x' })).rejects.toThrow(/endpoint/);
});
