import { expect, test } from '@jest/globals';
import { ManualClock, SeededRandom } from '../deterministic.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Transport } from '../ports/transport.js';
import { SyncQueue } from '../queue/sync-queue.js';
import { SyncWorker } from './sync-worker.js';

const note = defineOperation<{ at: number }>('note.write', { entity: () => 'notes' });

test('operations of one entity under two principals share no send, even where the transport keeps order', async () => {
  const clock = new ManualClock();
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage, clock, random: new SeededRandom(1) }, { operations: [note] });
  await queue.open();
  await queue.enqueue(note, { at: 1 });
  await queue.enqueue(note, { at: 2 }, { principal: 'ben' });
  await queue.enqueue(note, { at: 3 }, { principal: 'ben' });
  const sends: string[][] = [];
  const answers: ((outcomes: readonly DeliveryOutcome[]) => void)[] = [];
  const transport: Transport = {
    maxBatchSize: 10,
    keepsOrder: true,
    send: (operations) => {
      sends.push(operations.map(({ payloadJson }) => payloadJson));
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  const worker = new SyncWorker({ queue, transport }, { principals: [undefined, 'ben'] });
  await worker.start();
  await clock.advance(0);
  expect(sends).toEqual([['{"at":1}'], ['{"at":2}', '{"at":3}']]);
  answers[0]?.([{ kind: 'acknowledged' }]);
  answers[1]?.([{ kind: 'acknowledged' }, { kind: 'acknowledged' }]);
  await clock.advance(0);
  expect((await queue.stats()).total).toBe(0);
  await worker.stop();
});
