import { FetchTransport } from '@cpc/adapters';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { defineOperation, SyncQueue, SyncWorker } from '@cpc/sync-core';

const saveNote = defineOperation('note.save', { entity: ({ id }) => `notes/${id}` });

/** Writes a note into the outbox in IndexedDB, opens it again as after a reload, and delivers the note. */
export async function saveAndReload(name, endpoint) {
  const open = async () => {
    const queue = new SyncQueue({ storage: new IndexedDbQueueStorage({ name }) }, { operations: [saveNote] });
    await queue.open();
    return queue;
  };
  const before = await open();
  await before.enqueue(saveNote, { id: 7, text: 'Buy milk' });
  await before.close();

  const queue = await open();
  const worker = new SyncWorker(
    { queue, transport: new FetchTransport({ endpoint }) },
    { reconnectJitterMs: 0 },
  );
  const { successful } = await worker.drain();
  await worker.stop();
  await queue.close();
  return successful.length;
}
