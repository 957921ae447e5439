import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { opened, type Rig, running } from '../../test/rig.js';
import { acknowledged, type Answer, retry } from '../../test/scripted-transport.js';

const numbered = (count: number, prefix = 'x'): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const MINUTE_MS = 60_000;

const failed: Answer = {
  kind: 'retry',
  reason: { code: 'HANDLER_FAILED', message: 'The server failed on this operation', status: 500 },
};
const toAll = (afterMs?: number): Answer => ({ ...retry(afterMs), scope: 'server' }) as Answer;
const unknownKind: Answer = {
  kind: 'retry',
  scope: 'request',
  reason: { code: 'KIND_UNKNOWN', message: 'No handler for this kind of operation', status: 404 },
};

/** 20 entities with one change each, which meet an answer for some minutes. */
async function laterFor(minutes: number, answer: Answer): Promise<Rig> {
  const rig = await opened();
  rig.transport.latencyMs = 20;
  rig.transport.answer = () => answer;
  for (const id of numbered(20)) await rig.enqueue([id], { entity: id });
  await rig.worker.start();
  await rig.clock.advance(minutes * MINUTE_MS);
  return rig;
}

describe('a server that says "later"', () => {
  test.each<[string, number, Answer]>([
    ['handler says later, 5 s', 5, retry(5000)],
    ['handler says later, 5 s', 10, retry(5000)],
    ['handler says later, 5 s', 30, retry(5000)],
    ['handler throws', 10, failed],
    ['something in front says 429', 10, toAll()],
    ['something in front says 429 and when', 10, toAll(30_000)],
    ['server is restarted and says 503', 30, toAll()],
    ['first request with the key still runs', 10, { ...retry(1000), scope: 'request' } as Answer],
  ])('because its %s for %i minutes buries nothing, and all goes by itself', async (_, minutes, answer) => {
    const rig = await laterFor(minutes, answer);
    expect(rig.told('deadLettered')).toEqual([]);
    const perChange = Math.max(
      ...numbered(20).map((id) => rig.transport.sent.filter((payload) => payload === id).length),
    );
    expect(perChange).toBeLessThan(10 + 2 * minutes);
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(15 * MINUTE_MS);
    expect(await rig.total()).toBe(0);
    expect(new Set(rig.told('acknowledged').map(({ id }) => id)).size).toBe(20);
  });

  test('to one change while it takes all others makes a dead letter of that one', async () => {
    const rig = await opened();
    rig.transport.answer = ({ id }) => (id === 'x' ? failed : acknowledged);
    await rig.enqueue(['x']);
    await rig.worker.start();
    for (let minute = 0; minute < 60; minute++) {
      await rig.enqueue([`other${minute}`]);
      await rig.clock.advance(MINUTE_MS);
    }
    expect(await rig.get('x')).toMatchObject({
      state: 'deadLetter',
      failure: { code: 'ATTEMPTS_EXHAUSTED' },
    });
  });

  test('never makes a failure of a change whose first request was applied', async () => {
    const rig = await running();
    const answers: Answer[] = ['hang', toAll(), { ...retry(1000), scope: 'request' } as Answer];
    rig.transport.answer = ({ id }) => (id === 'paid' ? (answers[0] ?? acknowledged) : acknowledged);
    await rig.enqueue(['paid']);
    for (let minute = 0; minute < 60; minute++) {
      if (minute === 2 || minute === 30) answers.shift();
      await rig.enqueue([`other${minute}`]);
      await rig.clock.advance(MINUTE_MS);
    }
    expect(await rig.get('paid')).toMatchObject({ attempts: 0 });
    answers.length = 0;
    await rig.clock.advance(5 * MINUTE_MS);
    expect(rig.told('acknowledged').map(({ id }) => id)).toContain('paid');
  });
});

describe('a pause that the server asks of everybody', () => {
  test('holds the transport: one request in each window, whatever waits', async () => {
    const rig = await opened({ pollMs: 10_000_000 });
    rig.transport.answer = () => toAll(60_000);
    await rig.enqueue(numbered(1000));
    await rig.worker.start();
    await rig.clock.advance(0);
    // Those that were under way when the first answer came.
    expect(rig.transport.batches.length).toBeLessThanOrEqual(4);
    const first = rig.transport.batches.length;
    await rig.clock.advance(10 * MINUTE_MS);
    expect(rig.transport.batches.length - first).toBeLessThanOrEqual(10);
    expect(rig.transport.batches.length - first).toBeGreaterThanOrEqual(8);
    expect(rig.told('circuitOpened')).toHaveLength(1);
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(2 * MINUTE_MS);
    expect(await rig.total()).toBe(0);
  });

  test('is kept although the network comes back, a drain begins, or the worker starts anew', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    const answers = [toAll(60_000)];
    rig.transport.answer = () => answers.shift() ?? acknowledged;
    await rig.enqueue(['a', 'b']);
    await rig.clock.advance(100);
    const before = rig.transport.batches.length;
    monitor.set('offline');
    monitor.set('online');
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 20_000 });
    await rig.clock.advance(20_000);
    await drained;
    await rig.worker.stop();
    await rig.worker.start();
    await rig.clock.advance(39_000);
    expect(rig.transport.batches).toHaveLength(before);
    await rig.clock.advance(10_000);
    expect(await rig.total()).toBe(0);
  });

  test('is told to no monitor as a loss of the network', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    rig.transport.answer = () => toAll();
    await rig.enqueue(['a', 'b']);
    await rig.clock.advance(5 * MINUTE_MS);
    expect(new Set(monitor.evidence.map(({ kind }) => kind))).toEqual(new Set(['answered']));
  });

  test('that only one change ever meets, while others are served, is that change’s own', async () => {
    const rig = await running();
    rig.transport.answer = ({ id }) => (id === 'x' ? toAll(600_000) : acknowledged);
    await rig.enqueue(['before', 'x']);
    await rig.clock.advance(11 * MINUTE_MS);
    await rig.enqueue(['between']);
    await rig.clock.advance(11 * MINUTE_MS);
    await rig.enqueue(['after']);
    await rig.clock.advance(MINUTE_MS);
    expect(rig.told('acknowledged').map(({ id }) => id)).toContain('after');
    expect((await rig.get('x')).attempts).toBe(0);
  });
});

describe('a kind that the server does not know yet', () => {
  test('waits, uncounted and visible, and arrives when the server has learnt it', async () => {
    const rig = await opened();
    rig.transport.latencyMs = 10;
    rig.transport.answer = () => (rig.clock.monotonicMs() < 2000 ? unknownKind : acknowledged);
    for (const id of numbered(10)) await rig.enqueue([id], { entity: id });
    await rig.worker.start();
    await rig.clock.advance(100);
    expect(await rig.queue.explain('x0')).toMatchObject({
      state: 'scheduled',
      waitsFor: 'newerServer',
      message: expect.stringMatching(/^The server does not know the kind 'note' yet\. It is asked again at /),
    });
    expect((await rig.get('x0')).attempts).toBe(0);
    await rig.clock.advance(MINUTE_MS);
    expect(await rig.total()).toBe(0);
  });

  test('arrives also where of two instances that take turns one learns it later', async () => {
    const rig = await opened();
    rig.transport.latencyMs = 10;
    let requests = 0;
    rig.transport.answer = () =>
      ++requests % 2 === 0 && rig.clock.monotonicMs() < 5000 ? unknownKind : acknowledged;
    for (const id of numbered(10)) await rig.enqueue([id], { entity: id });
    await rig.worker.start();
    await rig.clock.advance(MINUTE_MS);
    expect(await rig.total()).toBe(0);
  });

  test('is asked again ever more rarely, and never becomes a dead letter', async () => {
    const rig = await running();
    rig.transport.answer = ({ id }) => (id === 'x' ? unknownKind : acknowledged);
    await rig.enqueue(['x']);
    for (let hour = 0; hour < 24; hour++) {
      await rig.enqueue([`other${hour}`]);
      await rig.clock.advance(60 * MINUTE_MS);
    }
    expect(await rig.get('x')).toMatchObject({ state: 'scheduled', attempts: 0 });
    // Half of the longest wait of five minutes, on average.
    expect(rig.transport.sent.filter((payload) => payload === 'x').length).toBeLessThan(24 * 40);
  });
});
