import { expect, test } from '@jest/globals';
import { ManualClock, SeededRandom } from '../deterministic.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Transport } from '../ports/transport.js';
import { SyncQueue } from '../queue/sync-queue.js';
import { SyncWorker } from './sync-worker.js';

const note = defineOperation<{ text: string }>('note.write', { entity: ({ text }) => text });

test('a worker delivers what is enqueued, and retries what the server asks for', async () => {
  const clock = new ManualClock();
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage(), clock, random: new SeededRandom(1) },
    { operations: [note] },
  );
  await queue.open();
  const sent: string[] = [];
  const answers: DeliveryOutcome[] = [{ kind: 'retry', reason: { code: 'X', message: 'later' } }];
  const transport: Transport = {
    send: (operations) => {
      sent.push(...operations.map(({ payloadJson }) => payloadJson));
      return Promise.resolve(operations.map(() => answers.shift() ?? { kind: 'acknowledged' }));
    },
  };
  const worker = new SyncWorker({ queue, transport });
  const events: string[] = [];
  queue.events$.subscribe(({ type }) => events.push(type));
  await worker.start();
  await queue.enqueue(note, { text: 'a' });
  await clock.advance(0);
  expect(sent).toEqual(['{"text":"a"}']);
  await clock.advance(2000);
  expect(sent).toEqual(['{"text":"a"}', '{"text":"a"}']);
  expect(events).toEqual(['enqueued', 'attempted', 'retryScheduled', 'attempted', 'acknowledged']);
  expect((await queue.stats()).total).toBe(0);
  await worker.stop();
  expect(clock.pendingTimers).toBe(0);
});
