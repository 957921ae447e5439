import { expect, test } from '@jest/globals';
import { defineOperation, MemoryQueueStorage, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ModelServer } from '../server/model-server.js';
import { answerLost, busy, duplicate, halfAnswer, requestLost, serverError } from './fault.js';
import { type FaultPlan, flapping, outage, randomFailures, sequence } from './fault-plan.js';
import { FaultTransport } from './fault-transport.js';
import { ModelTransport } from './model-transport.js';

const pay = defineOperation<{ amount: number }>('pay', { entity: () => 'account' });

async function setUp(plan: FaultPlan) {
  const clock = new ManualClock();
  const server = new ModelServer();
  const transport = new FaultTransport(new ModelTransport(server), plan, { clock });
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage(), clock, random: new SeededRandom(1) },
    { operations: [pay] },
  );
  const worker = new SyncWorker({ queue, transport });
  await queue.open();
  await worker.start();
  return { clock, server, transport, queue, worker };
}

test('a lost answer leads to a second send and one effect', async () => {
  // #region lost-answer
  const clock = new ManualClock();
  const server = new ModelServer();
  const transport = new FaultTransport(new ModelTransport(server), sequence([answerLost]), { clock });
  const queue = new SyncQueue({ storage: new MemoryQueueStorage(), clock }, { operations: [pay] });
  await queue.open();
  await queue.enqueue(pay, { amount: 5 });
  const worker = new SyncWorker({ queue, transport });
  await worker.start();
  await clock.advance(60_000);
  await worker.stop();
  expect(transport.history.map(({ fault }) => fault)).toEqual(['answerLost', 'ok']);
  expect(server.ledger).toHaveLength(1);
  // #endregion
});

test.each([
  ['a lost request', sequence([requestLost])],
  ['a doubled request', sequence([duplicate])],
  ['half an answer', sequence([halfAnswer])],
  ['a server that fails', sequence([serverError, serverError])],
  ['an outage', outage(30_000)],
  ['a network that comes and goes', flapping(3_000)],
  ['bad luck', randomFailures(0.5, [requestLost, answerLost, serverError])],
])('%s costs no operation and has no second effect', async (_, plan) => {
  const { clock, server, queue, worker } = await setUp(plan);
  for (const amount of [1, 2, 3]) await queue.enqueue(pay, { amount });
  await clock.advance(600_000);
  await worker.stop();
  expect(server.ledger.map(({ payloadJson }) => payloadJson)).toEqual(
    [1, 2, 3].map((n) => `{"amount":${n}}`),
  );
  expect((await queue.stats()).total).toBe(0);
});

test('the history shows that Retry-After was kept', async () => {
  const { clock, transport, queue, worker } = await setUp(sequence([busy(20_000)]));
  await queue.enqueue(pay, { amount: 1 });
  await clock.advance(60_000);
  await worker.stop();
  const [first, second] = transport.history;
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(20_000);
});
