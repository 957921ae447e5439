import { expect, test } from '@jest/globals';
import { createSyncContainer } from '@cpc/container';
import { MemoryQueueStorage, processQueue } from '@cpc/sync-core';
import { sell } from './operations.js';
import { houseRules, messageTransport, vpnMonitor } from './own-plugins.js';

/** Answers in turn what it is told, and keeps what it was asked. */
function channelOf(...answers) {
  const asked = [];
  const ask = async (message) => {
    asked.push(message);
    const answer = answers.shift() ?? { status: 'done' };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, ask };
}

function build(channel, log = []) {
  const listeners = new Set();
  const vpn = {
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const sync = createSyncContainer({
    plugins: [
      { name: 'memory', queueStorage: () => new MemoryQueueStorage() },
      messageTransport(channel),
      vpnMonitor(vpn),
      houseRules({ renew: async () => true }, log),
    ],
    operations: [sell],
  });
  return { sync, listeners };
}

test('plugins of an app, one for each port, deliver together', async () => {
  const channel = channelOf();
  const { sync, listeners } = build(channel);
  await sync.start();
  const { id } = await sync.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await sync.worker.drain();
  expect(channel.asked).toEqual([{ key: id, kind: 'stall.sell', body: '{"stall":7,"item":"apples"}' }]);
  for (const listener of listeners) listener(false);
  expect(sync.monitor.status).toMatchObject({ state: 'offline', reason: 'The VPN changed.' });
  await sync.close();
  expect(listeners.size).toBe(0);
});

test('what the other side says becomes an outcome, and silence becomes no loss', async () => {
  const channel = channelOf({ status: 'no stall' }, new Error('gone'));
  const { sync } = build(channel);
  await sync.open();
  await sync.queue.enqueue(sell, { stall: 7, item: 'apples' });
  await sync.queue.enqueue(sell, { stall: 8, item: 'pears' });
  const transport = sync.transport;
  const { failed } = await processQueue(sync.queue, transport);
  expect(failed.length).toBeGreaterThan(0);
  expect((await sync.queue.list()).items).toHaveLength(2);
  await sync.close();
});
