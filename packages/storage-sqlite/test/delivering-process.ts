import { defineOperation, SyncQueue, SyncWorker, type Transport } from '@cpc/sync-core';
import { SqliteQueueStorage } from '../src/index.js';

/** A process of its own that delivers what it finds in the file, until its parent goes. */
const [file = ''] = process.argv.slice(2);
const note = defineOperation<number>('note', { entity: () => 'notes' });
const queue = new SyncQueue({ storage: new SqliteQueueStorage({ file }) }, { operations: [note] });
const transport: Transport = {
  send: (operations) =>
    Promise.resolve(
      operations.map(({ payload }) => ({
        kind: 'acknowledged',
        result: { by: 'child', payload },
        position: `notes:${String(payload)}`,
      })),
    ),
};
const worker = new SyncWorker({ queue, transport }, { pollMs: 10 });
await queue.open();
await worker.start();
process.on('disconnect', () => process.exit());
process.send?.('ready');
