import { expect, test } from '@jest/globals';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Transport } from '../ports/transport.js';
import { SyncQueue } from '../queue/sync-queue.js';
import { defineOperation } from './define-operation.js';
import { processQueue } from '../worker/process-queue.js';

const createOrder = defineOperation<{ note: string }>('order.create', {
  assignedId: (result) => (result as { id: string }).id,
});
const addItem = defineOperation<{ order: string }>('order.addItem', { references: ['/order'] });

test('a create that was refused and edited still gives its permanent id to those that refer to it', async () => {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [createOrder, addItem] });
  await queue.open();
  const sent: string[] = [];
  const answers: DeliveryOutcome[] = [
    { kind: 'rejected', reason: { code: 'TOO_LONG', message: 'The note is too long.' } },
    { kind: 'acknowledged', result: { id: 'order-42' } },
  ];
  const transport: Transport = {
    send: (operations) => {
      sent.push(...operations.map(({ payloadJson }) => payloadJson));
      return Promise.resolve([answers.shift() ?? { kind: 'acknowledged' }]);
    },
  };
  const { id } = await queue.enqueue(createOrder, { note: 'long' });
  await queue.enqueue(addItem, { order: id });
  await processQueue(queue, transport);
  const edited = await queue.edit(id, { note: 'short' });
  expect(edited).not.toBe(id);
  await processQueue(queue, transport);
  expect(sent).toEqual(['{"note":"long"}', '{"note":"short"}', '{"order":"order-42"}']);
});
