import { rmSync } from 'node:fs';
import { expectEqual, finish, packages, step } from './results.mjs';
import { startServer } from './server.mjs';

for (const [name, { all }] of Object.entries(packages)) {
  await step([name], 'import', () => Promise.all(all.map((entry) => import(entry))));
}

const [major, minor] = process.versions.node.split('.').map(Number);
const bindings = ['better-sqlite3', ...(major > 22 || (major === 22 && minor >= 13) ? ['node:sqlite'] : [])];

for (const binding of bindings) {
  await step(
    ['@cpc/sync-core', '@cpc/storage-sqlite', '@cpc/adapters', '@cpc/network'],
    `a sale is kept by ${binding} and delivered by the next start`,
    () => sellAndRestart(binding),
  );
}
await step(['@cpc/container', '@cpc/testing'], 'a container is wired and torn down', wireAndClose);
await step(['@cpc/server'], 'a receiver is asked', askReceiver);
finish();

async function sellAndRestart(binding) {
  const { FetchTransport } = await import('@cpc/adapters');
  const { SqliteQueueStorage } = await import('@cpc/storage-sqlite');
  const { defineOperation, processQueue, SyncQueue } = await import('@cpc/sync-core');
  const file = `outbox-${binding.replace(':', '-')}.sqlite`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  const sell = defineOperation('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
  const open = async () => {
    const queue = new SyncQueue(
      { storage: new SqliteQueueStorage({ file, binding }) },
      { operations: [sell] },
    );
    await queue.open();
    return queue;
  };
  const before = await open();
  await before.enqueue(sell, { stall: 7, item: 'apples' });
  await before.close();

  const server = await startServer();
  const after = await open();
  const { successful } = await processQueue(after, new FetchTransport({ endpoint: server.endpoint }));
  await after.close();
  server.close();
  expectEqual(successful.length, 1);
  expectEqual(server.received, [{ stall: 7, item: 'apples' }]);
}

async function wireAndClose() {
  const { createSyncContainer } = await import('@cpc/container');
  const { defineOperation, MemoryQueueStorage } = await import('@cpc/sync-core');
  const { queueStorageCases } = await import('@cpc/testing');
  const note = defineOperation('note');
  const sent = [];
  const transport = {
    send: async (operations) => operations.map(({ id }) => (sent.push(id), { kind: 'acknowledged' })),
  };
  const sync = createSyncContainer({
    plugins: [
      { name: 'memory', queueStorage: () => new MemoryQueueStorage() },
      { name: 'wire', transport: () => transport },
    ],
    operations: [note],
  });
  await sync.start();
  const { id } = await sync.queue.enqueue(note, { text: 'pears' });
  await sync.worker.drain();
  await sync.close();
  expectEqual(sent, [id]);
  expectEqual(queueStorageCases(() => undefined).length > 100, true);
}

async function askReceiver() {
  const { Receiver } = await import('@cpc/server');
  expectEqual(typeof Receiver, 'function');
}
