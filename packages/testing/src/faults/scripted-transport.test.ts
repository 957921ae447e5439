import { expect, test } from '@jest/globals';
import { defineOperation, MemoryQueueStorage, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ScriptedTransport } from './scripted-transport.js';

const note = defineOperation('note');

async function deliver(transport: ScriptedTransport): Promise<SyncQueue> {
  const clock = new ManualClock();
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage, clock, random: new SeededRandom(1) }, { operations: [note] });
  const worker = new SyncWorker({ queue, transport });
  await queue.open();
  await queue.enqueue(note, 'hello', { id: 'a' });
  await worker.start();
  await clock.advance(600_000);
  await worker.stop();
  return queue;
}

test('fails as often as it was told, and then no more', async () => {
  const transport = new ScriptedTransport();
  transport.failNext(2);
  transport.failNext(1, new Error('a defect'));
  transport.failNext(1, 'hang');
  const queue = await deliver(transport);
  expect(transport.sent.map(([operation]) => operation!.id)).toEqual(['a', 'a', 'a', 'a', 'a']);
  expect((await queue.stats()).total).toBe(0);
});

test('answers by operation where nothing was planned', async () => {
  const reason = { code: 'REJECTED', message: 'never' };
  const transport = new ScriptedTransport({ answer: () => ({ kind: 'rejected', reason }) });
  const queue = await deliver(transport);
  expect((await queue.get('a'))!.state).toBe('deadLetter');
});
