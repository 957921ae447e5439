const { expectEqual, finish, packages, step } = require('./results.mjs');
const { startServer } = require('./server.mjs');

async function main() {
  for (const [name, { all }] of Object.entries(packages)) {
    await step([name], 'require', () => all.forEach((entry) => require(entry)));
  }
  await step(['@cpc/sync-core', '@cpc/storage-sqlite', '@cpc/adapters'], 'a sale is delivered', sell);
  finish();
}

async function sell() {
  const { FetchTransport } = require('@cpc/adapters');
  const { SqliteQueueStorage } = require('@cpc/storage-sqlite');
  const { defineOperation, isSyncError, SyncError, SyncQueue } = require('@cpc/sync-core');
  const operation = defineOperation('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
  const storage = new SqliteQueueStorage({ file: `outbox-${process.pid}.sqlite` });
  const queue = new SyncQueue({ storage }, { operations: [operation] });
  await queue.open();
  await queue.enqueue(operation, { stall: 7, item: 'plums' });
  const server = await startServer();
  const { successful } = await queue.process(new FetchTransport({ endpoint: server.endpoint }));
  await queue.close();
  server.close();
  expectEqual(successful.length, 1);
  // One copy of the package, however it is loaded.
  const imported = await import('@cpc/sync-core');
  expectEqual(imported.SyncError === SyncError, true);
  expectEqual(isSyncError(new imported.SyncError('QUEUE_FULL', 'full')), true);
}

void main();
