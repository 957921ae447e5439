import { expect, test } from '@jest/globals';
import {
  type ConflictResolver,
  defineOperation,
  MemoryQueueStorage,
  type SyncEvent,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ModelServer } from '../server/model-server.js';
import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  duplicate,
  type Fault,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  redirect,
  requestLost,
  serverError,
  signedOut,
  versionConflict,
} from './fault.js';
import { type FaultPlan, flapping, outage, randomFailures, sequence, withLatency } from './fault-plan.js';
import { FaultTransport } from './fault-transport.js';
import { constantLatency } from './latency.js';
import { ModelTransport } from './model-transport.js';

const pay = defineOperation<{ amount: number }>('pay', { entity: () => 'account' });
const serverWins: ConflictResolver = { resolve: () => ({ kind: 'use-remote' }) };

async function setUp(plan: FaultPlan) {
  const clock = new ManualClock();
  const server = new ModelServer();
  const transport = new FaultTransport(new ModelTransport(server), plan, { clock });
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage(), clock, random: new SeededRandom(1) },
    { operations: [pay] },
  );
  const credentials = { refresh: () => Promise.resolve(true) };
  const worker = new SyncWorker({ queue, transport, credentials, resolver: serverWins });
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  await worker.start();
  return { clock, server, transport, queue, worker, events };
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
  expect(transport.history.faults()).toEqual(['answerLost', 'ok']);
  expect(transport.history.changedRepeats()).toEqual([]);
  expect(server.ledger).toHaveLength(1);
  // #endregion
});

test.each<[string, FaultPlan]>([
  ['a lost request', sequence([requestLost])],
  ['a lost answer', sequence([answerLost])],
  ['a doubled request', sequence([duplicate])],
  ['half an answer', sequence([halfAnswer])],
  ['a request that hangs', sequence([hang])],
  ['an answer that hangs', sequence([hangAfterEffect])],
  ['a server that fails', sequence([serverError, serverError])],
  ['a key in use', sequence([keyInUse])],
  ['a sign-in that is over', sequence([signedOut])],
  ['a captive portal', sequence([captivePortal, captivePortal])],
  ['a gateway without a server', sequence([badGateway])],
  ['a redirect', sequence([redirect('https://elsewhere.example/')])],
  ['a slow network', withLatency(constantLatency(4_000), sequence([answerLost]))],
  ['an outage', outage(30_000)],
  ['a network that comes and goes', flapping(3_000)],
  ['bad luck', randomFailures(0.5, [requestLost, answerLost, serverError])],
])('%s costs no operation and has no second effect', async (_, plan) => {
  const { clock, server, transport, queue, worker } = await setUp(plan);
  for (const amount of [1, 2, 3]) await queue.enqueue(pay, { amount });
  await clock.advance(1_200_000);
  await worker.stop();
  expect(server.ledger.map(({ payloadJson }) => payloadJson)).toEqual(
    [1, 2, 3].map((n) => `{"amount":${n}}`),
  );
  expect(server.reusedKeys).toEqual([]);
  expect(transport.history.changedRepeats()).toEqual([]);
  expect((await queue.stats()).total).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('the history shows that Retry-After was kept', async () => {
  const { clock, transport, queue, worker } = await setUp(sequence([busy(20_000)]));
  const { id } = await queue.enqueue(pay, { amount: 1 });
  await clock.advance(60_000);
  await worker.stop();
  expect(transport.history.delays(id)).toEqual([expect.any(Number)]);
  expect(transport.history.delays(id)[0]).toBeGreaterThanOrEqual(20_000);
});

test('a version conflict reaches the resolver with the server’s record', async () => {
  const { clock, server, queue, worker, events } = await setUp(
    sequence([versionConflict({ value: { amount: 9 }, version: '7' })]),
  );
  await queue.enqueue(pay, { amount: 1 });
  await clock.advance(60_000);
  await worker.stop();
  expect(server.ledger).toEqual([]);
  expect((await queue.stats()).total).toBe(0);
  expect(JSON.stringify(events)).toContain('"version":"7"');
});

test('latency passes before the effect and after it', async () => {
  const { clock, server, queue, worker } = await setUp(withLatency(constantLatency(1_000)));
  await queue.enqueue(pay, { amount: 1 });
  await clock.advance(499);
  expect(server.ledger).toHaveLength(0);
  await clock.advance(1);
  expect(server.ledger).toHaveLength(1);
  expect((await queue.stats()).total).toBe(1);
  await clock.advance(500);
  expect((await queue.stats()).total).toBe(0);
  await worker.stop();
});

test.each<[string, Fault, number]>([
  ['before the effect', hang, 0],
  ['after the effect', hangAfterEffect, 1],
])('a send that hangs %s ends with its time limit, not before', async (_, fault, effects) => {
  const { clock, server, transport, queue, worker } = await setUp(sequence([fault]));
  await queue.enqueue(pay, { amount: 1 });
  await clock.advance(29_999);
  expect(server.ledger).toHaveLength(effects);
  expect(transport.history.records).toHaveLength(1);
  await clock.advance(60_000);
  expect(transport.history.records).toHaveLength(2);
  await worker.stop();
});

test('of half an answer the first half of a batch is known', async () => {
  const { clock, server, transport, queue, worker, events } = await setUp(
    sequence([requestLost, halfAnswer]),
  );
  for (const amount of [1, 2, 3, 4]) await queue.enqueue(pay, { amount });
  await clock.advance(600_000);
  await worker.stop();
  const sizes = transport.history.records.map(({ operations }) => operations.length);
  const torn = transport.history.faults().indexOf('halfAnswer');
  expect(sizes[torn + 1]).toBe(Math.ceil(sizes[torn]! / 2));
  expect(server.ledger).toHaveLength(4);
  expect(events.filter(({ type }) => type === 'acknowledged')).toHaveLength(4);
});
