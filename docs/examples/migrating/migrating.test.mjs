import { expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { MemoryQueueStorage, processQueue, SyncError, SyncQueue } from '@cpc/sync-core';
import { preferencesService, setCurrency, wordsFor } from './after.js';

function serviceIn(values, failure) {
  const fail = () => {
    if (failure.now !== undefined) throw failure.now;
  };
  return {
    get: async (user) => (fail(), values.get(user) ?? { code: 'EUR' }),
    setCurrency: async (user, code) => (fail(), void values.set(user, { code })),
    keep: async (user, value) => (fail(), void values.set(user, value)),
  };
}

async function setUp() {
  const failures = { online: {}, offline: {} };
  const values = { online: new Map(), offline: new Map() };
  const monitor = new ManualNetworkMonitor();
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [setCurrency] });
  await queue.open();
  const preferences = preferencesService({
    online: serviceIn(values.online, failures.online),
    offline: serviceIn(values.offline, failures.offline),
    monitor,
    queue,
  });
  return { preferences, queue, monitor, values, failures };
}

test('a change that was made without a network is shown at once, and sent once', async () => {
  const { preferences, queue, monitor } = await setUp();
  monitor.set('offline');
  await preferences.setCurrency('ann', 'CHF');
  expect(await preferences.get('ann')).toEqual({ code: 'CHF' });
  const sent = [];
  const send = async (operations) =>
    operations.map(({ payload }) => {
      sent.push(payload);
      return { kind: 'acknowledged' };
    });
  await processQueue(queue, { send });
  expect(sent).toEqual([{ user: 'ann', code: 'CHF' }]);
});

test('errors say by their class and code what a person can be told', async () => {
  const { preferences, failures } = await setUp();
  failures.online.now = new SyncError('REJECTED', 'this account is closed');
  expect(wordsFor(await preferences.get('ann').catch((error) => error))).toBe(
    'Not possible: this account is closed',
  );
  failures.online.now = new Error('connection reset');
  failures.offline.now = new Error('disk gone');
  expect(wordsFor(await preferences.get('ann').catch((error) => error))).toBe(
    'Neither the network nor this device has it.',
  );
  expect(wordsFor(await preferences.setCurrency('ann', 'CHF').catch((error) => error))).toBe(
    'This device could not keep the change.',
  );
});
