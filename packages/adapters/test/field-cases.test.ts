import { afterEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { applied, type OperationHandler, Receiver, SqliteEffectStore } from '@cpc/server';
import { defineOperation, MemoryQueueStorage, type SyncEvent, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { FetchTransport, type FetchTransportOptions } from '../src/index.js';

type Db = Database.Database;
const endpoint = 'https://stall.example/operations';
const add = defineOperation<string>('add', { entity: (text) => text.slice(0, 8) });
const rename = defineOperation<string>('rename', { entity: () => 'stall' });

let databases: Db[] = [];
afterEach(() => {
  for (const database of databases) database.close();
  databases = [];
});

const handler: OperationHandler<Db> = {
  apply({ payload }, tx) {
    tx.prepare('INSERT INTO effects VALUES (?)').run((payload as string).slice(0, 8));
    return applied();
  },
};

/** Instances of one server, on one database, of which each may know other kinds. */
function serverOf(...instances: Readonly<Record<string, OperationHandler<Db>>>[]) {
  const database = new Database(':memory:');
  databases.push(database);
  database.exec('CREATE TABLE effects (name TEXT)');
  const receivers = instances.map(
    (handlers) =>
      new Receiver<Db>({
        store: new SqliteEffectStore(database),
        handlers,
        onError: (error) => {
          throw error;
        },
      }),
  );
  const effects = (): unknown[] => database.prepare('SELECT name FROM effects').pluck().all();
  return { receivers, effects };
}

/** The real queue and worker, whose requests go where `route` says. */
async function deviceOf(
  route: (request: Request, clock: ManualClock) => Promise<Response>,
  options: Partial<FetchTransportOptions> = {},
) {
  const clock = new ManualClock();
  const fetch: typeof globalThis.fetch = (input, init) => route(new Request(input, init), clock);
  const transport = new FetchTransport({ endpoint, fetch, clock, ...options });
  const random = new SeededRandom(1);
  const queue = new SyncQueue(
    { storage: new MemoryQueueStorage(), clock, random },
    { operations: [add, rename] },
  );
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  return { clock, queue, events, worker: new SyncWorker({ queue, transport }) };
}

type Device = Awaited<ReturnType<typeof deviceOf>>;

/** Lets time pass until the queue is empty, a second at a time: what the server does takes turns of its own. */
async function deliverAll({ clock, queue, worker }: Device, seconds: number): Promise<void> {
  await worker.start();
  for (let second = 0; second < seconds && (await queue.stats()).total > 0; second++) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
  }
  await worker.stop();
}

const ten = Array.from({ length: 10 }, (_, number) => `change-${number}`);

describe('a server that does not know the kind yet (06)', () => {
  test.each([1, 25])('learns it 2 s after the first request, in batches of %i', async (maxBatchSize) => {
    const { receivers, effects } = serverOf({}, { add: handler });
    let first: number | undefined;
    const device = await deviceOf(
      (request, clock) => {
        first ??= clock.now();
        return receivers[clock.now() - first < 2_000 ? 0 : 1]!.receive(request);
      },
      { maxBatchSize },
    );
    for (const text of ten) await device.queue.enqueue(add, text);
    await deliverAll(device, 120);
    expect([...effects()].sort()).toEqual(ten);
    expect(device.events.filter(({ type }) => type === 'deadLettered')).toEqual([]);
  });

  test('of two instances that take turns one learns it after 5 s', async () => {
    const { receivers, effects } = serverOf({}, {}, { add: handler });
    let turn = 0;
    let first: number | undefined;
    const device = await deviceOf((request, clock) => {
      first ??= clock.now();
      const second = clock.now() - first < 5_000 ? receivers[1] : receivers[2];
      return (turn++ % 2 === 0 ? receivers[0] : second)!.receive(request);
    });
    for (const text of ten) await device.queue.enqueue(add, text);
    await deliverAll(device, 900);
    expect([...effects()].sort()).toEqual(ten);
    expect(device.events.filter(({ type }) => type === 'deadLettered')).toEqual([]);
  });
});

describe('limits at their defaults (14)', () => {
  test.each([1, 25])(
    'a payload is delivered, or refused by enqueue, in batches of %i',
    async (maxBatchSize) => {
      const { receivers, effects } = serverOf({ add: handler });
      const device = await deviceOf((request) => receivers[0]!.receive(request), { maxBatchSize });
      const taken: string[] = [];
      for (const kilobytes of [200, 300, 900, 1_000, 1_100]) {
        const text = `size${kilobytes}`.padEnd(8, '.').padEnd(kilobytes * 1_000 - 2, 'x');
        await device.queue.enqueue(add, text).then(
          () => taken.push(text.slice(0, 8)),
          (error: unknown) => expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' }),
        );
      }
      expect(taken).toEqual(['size200.', 'size300.', 'size900.', 'size1000']);
      await deliverAll(device, 60);
      expect([...effects()].sort()).toEqual([...taken].sort());
      expect(device.events.filter(({ type }) => type === 'deadLettered')).toEqual([]);
    },
  );
});

describe('a clock that is ahead on this device (19)', () => {
  test.each([
    ['an hour', 3_600_000],
    ['a year', 365 * 24 * 3_600_000],
  ])('%s: the record that another one changed a minute later stands', async (_, aheadMs) => {
    let record = { value: 'Ben’s', version: '2', timestamp: 0 };
    const { receivers } = serverOf({
      rename: {
        current: () => record,
        apply: ({ payload }) => {
          record = { value: payload as string, version: '3', timestamp: 0 };
          return applied();
        },
      },
    });
    const device = await deviceOf(async (request, clock) => {
      const { status, headers, body } = await receivers[0]!.receive(request);
      const date = new Date(clock.now() - aheadMs).toUTCString();
      return new Response(body, { status, headers: { ...Object.fromEntries(headers), date } });
    });
    const { clock, queue, events } = device;
    record.timestamp = clock.now() + 60_000;
    clock.jump(aheadMs);
    await queue.enqueue(rename, 'Ann’s', { baseVersion: '1' });
    await clock.advance(3_600_000);
    await deliverAll(device, 60);
    expect(events.filter(({ type }) => type === 'conflict')).toMatchObject([{ resolution: 'use-remote' }]);
    expect(record.value).toBe('Ben’s');
  });
});

describe('something in front of the server asks for a sign-in (20)', () => {
  test.each([
    ['302 to a login page', () => new Response(null, { status: 302, headers: { location: '/login' } })],
    [
      '200 with the login page',
      () => new Response('<form action="/login">', { headers: { 'content-type': 'text/html' } }),
    ],
  ])('%s', async (_, answer) => {
    const device = await deviceOf(() => Promise.resolve(answer()), {
      signInWhen: ({ isRedirect, headers }) => isRedirect || headers.get('content-type') === 'text/html',
    });
    await device.queue.enqueue(add, 'change');
    await deliverAll(device, 60);
    expect(device.events.map(({ type }) => type)).toContain('signInRequired');
    expect(device.events.filter(({ type }) => type === 'deadLettered')).toEqual([]);
  });
});
