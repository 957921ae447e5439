import { describe, expect, test } from '@jest/globals';
import { EvidenceNetworkMonitor, ManualNetworkMonitor, ReactNativeNetworkMonitor } from '@cpc/network';
import { opened, type Rig, type RigOptions, running } from '../../test/rig.js';
import { acknowledged, type Answer, unreachable } from '../../test/scripted-transport.js';
import { ManualClock } from '../deterministic.js';

const numbered = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const MINUTE_MS = 60_000;

const captive = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_CAPTIVE', message: 'Status 502.', status: 502 },
} as const;
const troubles = {
  'a gateway answers': captive,
  'the connection resets': unreachable,
  'nobody answers': 'hang',
};

const monitors = {
  'no monitor': (): RigOptions => ({}),
  'a page’s monitor, of hints and requests': (): RigOptions => {
    const clock = new ManualClock();
    const hints = new ManualNetworkMonitor({ initial: 'unknown' });
    return { monitor: new EvidenceNetworkMonitor([hints], { clock }), clock };
  },
  'a phone’s monitor, of the platform and requests': (): RigOptions => {
    const clock = new ManualClock();
    const state = { type: 'wifi', isConnected: true, isInternetReachable: null };
    const netInfo = {
      addEventListener: (listener: (heard: typeof state) => void) => {
        listener(state);
        return () => undefined;
      },
    };
    return { monitor: new ReactNativeNetworkMonitor({ netInfo, clock }), clock };
  },
};

async function spoiled(options: RigOptions, trouble: Answer): Promise<Rig> {
  await options.monitor?.start();
  const rig = await running(options);
  rig.transport.latencyMs = 20;
  rig.transport.answer = ({ id }) => (id.startsWith('culprit') ? trouble : acknowledged);
  return rig;
}

/** When each healthy operation was acknowledged, in elapsed milliseconds. */
function arrivals(rig: Rig): Map<string, number> {
  const at = new Map<string, number>();
  rig.queue.events$.subscribe((event) => {
    if (event.type === 'acknowledged') at.set(event.id, rig.clock.monotonicMs());
  });
  return at;
}

describe.each(Object.entries(monitors))('with %s', (_, optionsOf) => {
  describe.each(Object.entries(troubles))('a change on which %s', (_trouble, trouble) => {
    test.each([1, 2, 3])(
      'holds another one up for 90 s at the most, whatever was concluded from it: seed %i',
      async (seed) => {
        const rig = await spoiled({ ...optionsOf(), seed }, trouble as Answer);
        const arrived = arrivals(rig);
        await rig.enqueue(['culprit'], { entity: 'a' });
        await rig.clock.advance(5 * MINUTE_MS);
        for (const id of ['b1', 'b2', 'b3']) {
          const enqueuedAt = rig.clock.monotonicMs();
          await rig.enqueue([id], { entity: 'b' });
          await rig.clock.advance(4 * MINUTE_MS);
          expect((arrived.get(id) ?? Infinity) - enqueuedAt).toBeLessThanOrEqual(90_000);
        }
      },
    );

    test.each([1, 3, 4])('%i of them leave a way for 50 healthy ones that come with them', async (count) => {
      const rig = await spoiled(optionsOf(), trouble as Answer);
      const arrived = arrivals(rig);
      await rig.enqueue([...numbered(count, 'culprit'), ...numbered(50, 'fine')]);
      await rig.clock.advance(90_000);
      expect(arrived.size).toBe(50);
      // Once they are known, nobody waits for them any more.
      for (let minute = 0; minute < 10; minute++) {
        const enqueuedAt = rig.clock.monotonicMs();
        await rig.enqueue([`late${minute}`]);
        await rig.clock.advance(MINUTE_MS);
        expect((arrived.get(`late${minute}`) ?? Infinity) - enqueuedAt).toBeLessThanOrEqual(60_000);
      }
    });
  });

  test('two that are refused in front of the server do not prolong an outage of 20 s for the others', async () => {
    const rig = await spoiled(optionsOf(), captive);
    const arrived = arrivals(rig);
    const { answer } = rig.transport;
    rig.transport.answer = () => unreachable;
    await rig.enqueue([...numbered(2, 'culprit'), ...numbered(50, 'fine')]);
    await rig.clock.advance(20_000);
    rig.transport.answer = answer;
    await rig.clock.advance(60_000);
    expect(arrived.size).toBe(50);
  });

  test('many that are refused, one after the other at the head of the queue, are passed in the end', async () => {
    const rig = await spoiled(optionsOf(), captive);
    const arrived = arrivals(rig);
    await rig.enqueue([...numbered(12, 'culprit'), ...numbered(50, 'fine')]);
    await rig.clock.advance(5 * MINUTE_MS);
    expect(arrived.size).toBe(50);
  });
});

test('twelve resolvers that hang hold 50 healthy ones up for an attempt’s time at the most', async () => {
  const rig = await running({ resolver: { resolve: () => new Promise(() => undefined) } });
  rig.transport.latencyMs = 20;
  rig.transport.answer = ({ id }) =>
    id.startsWith('culprit') ? { kind: 'conflict', remote: { value: 1 } } : acknowledged;
  const arrived = arrivals(rig);
  await rig.enqueue([...numbered(12, 'culprit'), ...numbered(50, 'fine')]);
  await rig.clock.advance(31_000);
  expect(arrived.size).toBe(50);
  for (let minute = 0; minute < 5; minute++) {
    const enqueuedAt = rig.clock.monotonicMs();
    await rig.enqueue([`late${minute}`]);
    await rig.clock.advance(MINUTE_MS);
    expect((arrived.get(`late${minute}`) ?? Infinity) - enqueuedAt).toBeLessThan(1000);
  }
});

test('with a single send at a time, three that hang take their turns and leave every other one', async () => {
  const rig = await running({ concurrency: 1 });
  rig.transport.latencyMs = 20;
  rig.transport.answer = ({ id }) => (id.startsWith('culprit') ? 'hang' : acknowledged);
  const arrived = arrivals(rig);
  await rig.enqueue([...numbered(3, 'culprit'), 'fine']);
  await rig.clock.advance(2 * MINUTE_MS);
  for (let round = 0; round < 20; round++) {
    await rig.enqueue(numbered(5, `late${round}-`));
    await rig.clock.advance(MINUTE_MS);
  }
  expect(arrived.size).toBe(101);
});

test('one change that fails is told to the monitor once, until others were served', async () => {
  const monitor = new ManualNetworkMonitor();
  const rig = await running({ monitor });
  rig.transport.answer = ({ id }) => (id === 'culprit' ? captive : acknowledged);
  await rig.enqueue(['culprit']);
  await rig.clock.advance(30 * MINUTE_MS);
  expect(monitor.evidence.map(({ kind }) => kind)).toEqual(['captive']);
  await rig.enqueue(['fine']);
  await rig.clock.advance(30 * MINUTE_MS);
  expect(monitor.evidence.map(({ kind }) => kind)).toEqual(['captive', 'answered']);
});

test('what hangs shares half of the sends with its like, however many there are', async () => {
  const rig = await running({ concurrency: 6 });
  rig.transport.latencyMs = 20;
  rig.transport.answer = ({ id }) => (id.startsWith('culprit') ? 'hang' : acknowledged);
  await rig.enqueue(numbered(20, 'culprit'));
  await rig.clock.advance(20 * MINUTE_MS);
  await rig.enqueue(numbered(200, 'fine'));
  await rig.clock.advance(5 * MINUTE_MS);
  expect(await rig.total()).toBe(20);
  expect(rig.transport.hanging).toBeLessThanOrEqual(20 * 40);
});

test('a queue whose whole content was held up goes at once when the outage ends', async () => {
  const rig = await opened({ maxBatchSize: 10 });
  rig.transport.latencyMs = 50;
  rig.transport.answer = () => unreachable;
  await rig.enqueue(numbered(300, 'x'));
  await rig.worker.start();
  await rig.clock.advance(10 * MINUTE_MS);
  rig.transport.answer = () => acknowledged;
  await rig.clock.advance(70_000);
  expect(await rig.total()).toBe(0);
});
