import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defineOperation, MemoryQueueStorage, type SyncEvent, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { applied, Receiver, SqliteEffectStore } from '@cpc/server';
import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  combined,
  duplicate,
  type Fault,
  faultFetch,
  type FaultPlan,
  flapping,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  logNormalLatency,
  ManualClock,
  outage,
  randomFailures,
  redirect,
  requestLost,
  SeededRandom,
  sequence,
  serverError,
  signedOut,
  versionConflict,
  withClockSkew,
  withLatency,
} from '@cpc/testing';
import { FetchTransport } from '../src/index.js';

const origin = 'https://stall.example';
const sell = defineOperation<number>('sell', { entity: () => 'stall' });

let database: Database.Database;
let leaks: string[];
beforeEach(() => {
  database = new Database(':memory:');
  database.exec('CREATE TABLE sold (number INTEGER)');
  leaks = [];
});
afterEach(() => {
  database.close();
});

/** The real queue, worker, transport and receiver, and a network that is as bad as the plan. */
async function setUp(plan: FaultPlan, maxBatchSize: number) {
  const clock = new ManualClock();
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    handlers: {
      sell: {
        apply({ payload }, tx) {
          tx.prepare('INSERT INTO sold VALUES (?)').run(payload);
          return applied();
        },
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  const server: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== origin) leaks.push(request.url);
    const response = await receiver.receive(request);
    response.headers.set('date', new Date(clock.now()).toUTCString());
    return response;
  };
  const { fetch, history } = faultFetch(plan, { clock, fetch: server });
  const transport = new FetchTransport({ endpoint: `${origin}/operations`, fetch, clock, maxBatchSize });
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage, clock, random: new SeededRandom(1) }, { operations: [sell] });
  const worker = new SyncWorker({
    queue,
    transport,
    credentials: { refresh: () => Promise.resolve(true) },
    resolver: { resolve: () => ({ kind: 'use-local' }) },
  });
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  await worker.start();
  return { clock, history, queue, worker, events };
}

const sold = (): unknown[] => database.prepare('SELECT number FROM sold').pluck().all();

/** Every kind of fault, and what the worker is told when a request meets it. */
const KINDS: readonly (readonly [string, Fault, string])[] = [
  ['a lost request', requestLost, 'NETWORK_UNREACHABLE'],
  ['a lost answer', answerLost, 'NETWORK_UNREACHABLE'],
  ['half an answer', halfAnswer, 'NETWORK_UNREACHABLE'],
  ['a request that hangs', hang, 'ATTEMPT_TIMEOUT'],
  ['an answer that hangs', hangAfterEffect, 'ATTEMPT_TIMEOUT'],
  ['an overload', busy(20_000), 'OVERLOADED'],
  ['an overload until a date', busy(20_000, 'date'), 'OVERLOADED'],
  ['a server that fails', serverError, 'HANDLER_FAILED'],
  ['a key in use', keyInUse, 'KEY_IN_USE'],
  ['a sign-in that is over', signedOut, 'UNAUTHENTICATED'],
  ['a captive portal', captivePortal, 'NETWORK_CAPTIVE'],
  ['a gateway without a server', badGateway, 'NETWORK_CAPTIVE'],
  ['a redirect', redirect('https://evil.example/'), 'NETWORK_UNREACHABLE'],
];

test.each([1, 25].flatMap((size) => KINDS.map(([name, fault, code]) => [name, size, code, fault] as const)))(
  '%s, in batches of %i, is a matter of %s, costs nothing and has no second effect',
  async (_, maxBatchSize, code, fault) => {
    const { clock, history, queue, worker, events } = await setUp(sequence([fault]), maxBatchSize);
    for (const number of [1, 2, 3]) await queue.enqueue(sell, number);
    await clock.advance(900_000);
    await worker.stop();
    expect(sold()).toEqual([1, 2, 3]);
    expect((await queue.stats()).total).toBe(0);
    expect(history.faults().slice(0, 2)).toEqual([fault.kind, 'ok']);
    expect(history.changedRepeats()).toEqual([]);
    expect(JSON.stringify(events)).toContain(`"${code}"`);
    expect(leaks).toEqual([]);
  },
);

test.each([1, 25])('a doubled request has one effect (batches of %i)', async (maxBatchSize) => {
  const { clock, queue, worker } = await setUp(sequence([duplicate]), maxBatchSize);
  await queue.enqueue(sell, 1);
  await clock.advance(900_000);
  await worker.stop();
  expect(sold()).toEqual([1]);
  expect((await queue.stats()).total).toBe(0);
});

test.each<[string, Fault]>([
  ['in seconds', busy(20_000)],
  ['as a date', busy(20_000, 'date')],
])('Retry-After %s is waited for, also when the server’s clock is an hour ahead', async (_, fault) => {
  const { clock, history, queue, worker } = await setUp(withClockSkew(3_600_000, sequence([fault])), 1);
  const { id } = await queue.enqueue(sell, 1);
  await clock.advance(900_000);
  await worker.stop();
  const [delay] = history.delays(id);
  expect(delay).toBeGreaterThanOrEqual(19_000);
  expect(delay).toBeLessThan(40_000);
});

test.each([
  [1, 'if-match: "3"'],
  [25, '"baseVersion":"3"'],
])(
  'a conflict in batches of %i goes to the resolver, and the winner goes out with %s',
  async (size, base) => {
    const conflict = versionConflict({ value: 9, version: '3' });
    const { clock, history, queue, worker, events } = await setUp(sequence([conflict]), size);
    await queue.enqueue(sell, 1);
    await clock.advance(900_000);
    await worker.stop();
    expect(events.map(({ type }) => type)).toContain('conflict');
    const sent = history.records.map(({ operations }) => operations[0]!.bytes);
    expect(sent).toEqual([expect.not.stringContaining(base), expect.stringContaining(base)]);
    expect(history.changedRepeats()).toEqual([]);
  },
);

test.each<[string, FaultPlan]>([
  ['an outage of an hour', outage(3_600_000)],
  ['a portal for a while', outage(600_000, { afterMs: 1, fault: captivePortal })],
  ['a network that comes and goes', flapping(5_000)],
  [
    'everything at once',
    combined(
      flapping(60_000, badGateway),
      withLatency(
        logNormalLatency(300),
        randomFailures(
          0.5,
          KINDS.map(([, fault]) => fault),
        ),
      ),
    ),
  ],
])('after %s everything is delivered once, in order, within its attempts', async (_, plan) => {
  const { clock, history, queue, worker } = await setUp(plan, 1);
  for (let number = 1; number <= 5; number++) await queue.enqueue(sell, number);
  await clock.advance(4 * 3_600_000);
  await worker.stop();
  expect(sold()).toEqual([1, 2, 3, 4, 5]);
  expect((await queue.stats()).total).toBe(0);
  expect(history.changedRepeats()).toEqual([]);
});
