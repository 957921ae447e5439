import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { opened, type Rig, running } from '../../test/rig.js';
import {
  acknowledged,
  rejected,
  retry,
  unauthenticated,
  unreachable,
} from '../../test/scripted-transport.js';
import { ConstantBackoff, ExponentialBackoff } from '../backoff/backoff.js';

const numbered = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const WEEK_MS = 7 * 24 * 3600 * 1000;
const outageBackoff = new ConstantBackoff(1000);

describe('an outage', () => {
  test('of a week costs 10,000 operations nothing, and the server a bounded number of requests', async () => {
    const rig = await running({
      maxBatchSize: 50,
      pollMs: WEEK_MS,
      outageBackoff: new ExponentialBackoff({ maxMs: 3_600_000, jitter: 'equal' }),
    });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(10_000));
    await rig.clock.advance(WEEK_MS);
    // An hour at the most and half of it at the least, plus the sends of the first moment.
    expect(rig.transport.batches.length).toBeLessThan(2 * 7 * 24 + 30);
    expect(rig.transport.batches.length).toBeGreaterThan(7 * 24);
    const { total, byState } = await rig.queue.stats();
    expect([total, byState.deadLetter]).toEqual([10_000, 0]);
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(7_200_000);
    expect(await rig.total()).toBe(0);
  }, 30_000);

  test('opens the circuit once, and an answer closes it', async () => {
    const rig = await running({ outageBackoff });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(20));
    await rig.clock.advance(10_000);
    expect(rig.told('circuitOpened')).toEqual([{ type: 'circuitOpened', failure: unreachable.reason }]);
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(1000);
    expect(rig.told('circuitClosed')).toHaveLength(1);
    expect(await rig.total()).toBe(0);
  });

  test('sends one probe at a time', async () => {
    const rig = await running({ outageBackoff, concurrency: 4 });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(20));
    await rig.clock.advance(0);
    expect(rig.transport.batches).toHaveLength(4);
    rig.transport.answer = () => 'hang';
    await rig.clock.advance(5000);
    expect(rig.transport.hanging).toBe(1);
    rig.transport.answer = () => unreachable;
    rig.transport.release();
    await rig.clock.advance(999);
    expect(rig.transport.batches).toHaveLength(5);
    await rig.clock.advance(1);
    expect(rig.transport.batches).toHaveLength(6);
  });

  test('is followed by a slow start: two sends, then twice as many with each answer', async () => {
    const rig = await running({ outageBackoff, concurrency: 16 });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(200));
    await rig.clock.advance(0);
    rig.transport.answer = () => acknowledged;
    rig.transport.latencyMs = 100;
    const before = rig.transport.batches.length;
    const seen: number[] = [];
    await rig.clock.advance(1000);
    for (let round = 0; round < 4; round++) {
      seen.push(rig.transport.batches.length - before);
      await rig.clock.advance(100);
    }
    // One probe; then two; their two answers allow four and eight; then all sixteen.
    expect(seen.map((count, at) => count - (seen[at - 1] ?? 0))).toEqual([1, 2, 8, 16]);
  });

  test('that ends lets those it held up go at once, whatever their own waits', async () => {
    const backoff = new ExponentialBackoff({ baseMs: 60_000, maxMs: 60_000, jitter: 'none' });
    const rig = await running({ outageBackoff: backoff });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(4));
    await rig.clock.advance(30_000);
    await rig.enqueue(['probe']);
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(30_000);
    expect(await rig.total()).toBe(0);
    expect(rig.transport.batches.at(-1)?.at).toBe(60_000);
  });

  test('is not what a transport meets that throws: that says nothing of the network', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    rig.transport.answer = () => new Error('bug');
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(rig.told('circuitOpened')).toEqual([]);
    expect(monitor.evidence).toEqual([]);
  });

  test('stays one when the halves of a batch meet no answer and a defect', async () => {
    const rig = await running({ maxBatchSize: 2, keepsOrder: true, attemptTimeoutMs: 1000 });
    rig.transport.respond = (operations) => {
      if (operations.length > 1) throw new Error('poison');
      return [unreachable];
    };
    await rig.enqueue(['1', '2'], { entity: 'e' });
    await rig.clock.advance(0);
    expect(rig.told('circuitOpened')).toHaveLength(1);
    expect(rig.told('circuitClosed')).toEqual([]);
  });
});

describe('an operation that poisons', () => {
  const poisons = {
    throws: new Error('bug'),
    'never answers': 'hang',
    'always asks for another attempt': retry(),
  } as const;

  test.each(Object.entries(poisons))('and %s delays no other entity', async (_, poison) => {
    const rig = await running();
    rig.transport.latencyMs = 5;
    rig.transport.answer = ({ id }) => (id === 'poison' ? poison : acknowledged);
    await rig.enqueue(['poison', 'behind'], { entity: 'sick', priority: 100 });
    const waits: number[] = [];
    for (let minute = 0; minute < 10; minute++) {
      await rig.enqueue(numbered(5, `m${minute}-`));
      const before = rig.transport.batches.length;
      await rig.clock.advance(60_000);
      const healthy = rig.transport.batches
        .slice(before)
        .filter(({ operations }) => operations[0]?.id !== 'poison');
      waits.push(...healthy.map(({ at }) => at - minute * 60_000));
    }
    expect(waits).toHaveLength(50);
    // Five that share four sends, one of which may hang.
    expect(Math.max(...waits)).toBeLessThanOrEqual(10);
  });

  test('in a batch that never answers holds the others up for a few attempts at the most', async () => {
    const rig = await running({ maxBatchSize: 50 });
    rig.transport.answer = ({ id }) => (id === '7' ? 'hang' : acknowledged);
    await rig.enqueue(numbered(100));
    await rig.clock.advance(300_000);
    const { items } = await rig.queue.list();
    expect(items.map(({ id }) => id)).toEqual(['7']);
  });

  test('is no proof against the network when others are answered', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    rig.transport.answer = ({ id }) => (id === 'poison' ? 'hang' : acknowledged);
    await rig.enqueue(['poison']);
    await rig.clock.advance(1000);
    await rig.enqueue(['fine']);
    await rig.clock.advance(29_000);
    expect(monitor.evidence.map(({ kind }) => kind)).toEqual(['answered']);
    expect(rig.told('circuitOpened')).toEqual([]);
  });

  test('lets others be the probe, opens no circuit again, and waits out its own delay', async () => {
    const backoff = new ConstantBackoff(600_000);
    const rig = await running({ outageBackoff: backoff, pollMs: 1_000_000 });
    rig.transport.answer = ({ id }) => (id === 'poison' ? unreachable : acknowledged);
    const sentAt = (): number[] =>
      rig.transport.batches.filter(({ operations }) => operations[0]?.id === 'poison').map(({ at }) => at);
    await rig.enqueue(['poison']);
    await rig.clock.advance(1);
    await rig.enqueue(['a']);
    await rig.clock.advance(600_000);
    expect(sentAt()).toEqual([0, 600_000]);
    await rig.enqueue(['b']);
    await rig.clock.advance(0);
    expect(await rig.queue.get('b')).toBeUndefined();
    expect(rig.told('circuitOpened')).toHaveLength(1);
    await rig.clock.advance(599_000);
    expect(sentAt()).toEqual([0, 600_000]);
    await rig.clock.advance(1000);
    expect(sentAt()).toHaveLength(3);
  });
});

describe('a monitor', () => {
  const offlineRig = async (): Promise<{ rig: Rig; monitor: ManualNetworkMonitor }> => {
    const monitor = new ManualNetworkMonitor({ initial: 'offline' });
    return { monitor, rig: await running({ monitor, maxBatchSize: 1, pollMs: 1_000_000 }) };
  };

  test('that says offline lets one probe through at the start, a rare one after it, and nothing else', async () => {
    const { rig } = await offlineRig();
    rig.transport.answer = () => unreachable;
    await rig.enqueue(numbered(10));
    await rig.clock.advance(1_000_000);
    expect(rig.transport.batches.map(({ at }) => at)).toEqual([0, 300_000, 600_000, 900_000]);
    const ids = rig.transport.batches.map(({ operations }) => operations[0]?.id);
    expect(new Set(ids).size).toBe(4);
  });

  test('that says offline is refuted by an answer, until it says something else', async () => {
    const { rig, monitor } = await offlineRig();
    await rig.enqueue(numbered(10));
    await rig.clock.advance(0);
    expect(await rig.total()).toBe(0);
    await rig.enqueue(numbered(10, 'late'));
    await rig.clock.advance(0);
    expect(await rig.total()).toBe(0);
    monitor.set('captive');
    await rig.enqueue(['x']);
    await rig.clock.advance(299_999);
    expect(await rig.total()).toBe(1);
  });

  test('that says offline lets one probe through for each drain', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    monitor.set('offline');
    await rig.enqueue(['x']);
    await rig.clock.advance(1000);
    expect(rig.transport.batches).toEqual([]);
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 20_000 });
    await rig.clock.advance(20_000);
    expect((await drained).successful).toMatchObject([{ id: 'x' }]);
  });

  test('that says online again lets all go after a random moment, which differs between devices', async () => {
    const firsts = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => {
        const monitor = new ManualNetworkMonitor();
        const rig = await running({ monitor, seed });
        monitor.set('captive');
        await rig.enqueue(['x']);
        await rig.clock.advance(10_000);
        monitor.set('online');
        await rig.clock.advance(2000);
        expect(await rig.total()).toBe(0);
        return (rig.transport.batches[0]?.at ?? 0) - 10_000;
      }),
    );
    expect(new Set(firsts).size).toBe(4);
    expect(Math.min(...firsts)).toBeGreaterThan(0);
    // A tenth of the time that it was away.
    expect(Math.max(...firsts)).toBeLessThan(1000);
  });

  test('that says online again brings an open circuit forward', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor, outageBackoff: new ConstantBackoff(600_000) });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    monitor.set('offline');
    rig.transport.answer = () => acknowledged;
    await rig.enqueue(['y']);
    monitor.set('online');
    await rig.clock.advance(2000);
    expect(await rig.total()).toBe(0);
  });

  test('that changes between two states that let requests through changes nothing', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    monitor.set('degraded');
    monitor.set('unknown');
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(await rig.total()).toBe(0);
  });

  test('is told what requests met', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    rig.transport.latencyMs = 40;
    const captive = {
      kind: 'unreachable',
      reason: { code: 'NETWORK_CAPTIVE', message: 'a portal' },
    } as const;
    for (const answer of [acknowledged, retry(), rejected, unauthenticated, captive, unreachable]) {
      rig.transport.answer = () => answer;
      await rig.queue.enqueue('note', 1, { principal: undefined as unknown as string });
      await rig.clock.advance(40);
      if (answer === unauthenticated) rig.worker.credentialsRenewed(undefined);
      if (answer === unauthenticated) rig.transport.answer = () => acknowledged;
      await rig.clock.advance(60_000);
    }
    expect(monitor.evidence[0]).toEqual({ kind: 'answered', source: 'requests', latencyMs: 40 });
    const kinds = monitor.evidence.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['answered', 'captive', 'unreachable']));
    expect(monitor.evidence.find(({ kind }) => kind === 'captive')).toEqual({
      kind: 'captive',
      source: 'requests',
      detail: 'a portal',
    });
  });

  test('that throws is told of and disturbs no delivery', async () => {
    const monitor = new ManualNetworkMonitor();
    const broken = (): never => {
      throw new Error('broken');
    };
    monitor.report = broken;
    monitor.register = broken;
    const rig = await running({ monitor });
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(rig.failures).toEqual(['NETWORK_UNREACHABLE', 'NETWORK_UNREACHABLE']);
    expect(await rig.total()).toBe(0);
    monitor.register = () => broken;
    await rig.worker.stop();
    await rig.worker.start();
    await rig.worker.stop();
    expect(rig.clock.pendingTimers).toBe(0);
    expect(rig.failures).toHaveLength(3);
  });

  test('is left alone after stop', async () => {
    const { rig, monitor } = await offlineRig();
    await rig.worker.stop();
    monitor.set('online');
    await rig.enqueue(['x']);
    await rig.clock.advance(10_000);
    expect(rig.transport.batches).toEqual([]);
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('explain', () => {
  test('says that an operation waits for the network, and until when a probe goes', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    monitor.set('offline', 'no carrier');
    await rig.enqueue(['x']);
    expect(await rig.queue.explain('x')).toEqual({
      state: 'waiting',
      waitsFor: 'network',
      message: 'Waits for the network: no carrier',
      until: rig.clock.now() + 300_000,
    });
  });

  test('says that the server does not answer', async () => {
    const rig = await running({ outageBackoff });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(['a']);
    await rig.clock.advance(0);
    await rig.enqueue(['x']);
    expect(await rig.queue.explain('x')).toMatchObject({
      waitsFor: 'network',
      message: 'Waits for the server to answer again.',
      until: rig.clock.now() + 1000,
    });
  });

  test('says that the worker is paused, that there is none, and that nothing is in the way', async () => {
    const rig = await opened({ concurrency: 1 });
    await rig.enqueue(['x']);
    expect((await rig.queue.explain('x'))?.waitsFor).toBe('worker');
    rig.worker.pause();
    await rig.worker.start();
    await rig.clock.advance(0);
    expect((await rig.queue.explain('x'))?.waitsFor).toBe('resume');
    rig.transport.answer = () => 'hang';
    rig.worker.resume();
    await rig.clock.advance(0);
    await rig.enqueue(['y']);
    expect((await rig.queue.explain('y'))?.waitsFor).toBe('nothing');
  });

  test('says that the sign-in is missing', async () => {
    const rig = await running();
    rig.transport.answer = () => unauthenticated;
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(await rig.queue.explain('x')).toMatchObject({
      waitsFor: 'signIn',
      message: 'Waits until the app is signed in again.',
    });
    void rig.queue.signIn('ann');
    await rig.enqueue(['y']);
    await rig.clock.advance(0);
    expect((await rig.queue.explain('y'))?.message).toBe('Waits until ann is signed in again.');
  });
});

test('an outage that ends does not revive what has become a dead letter meanwhile', async () => {
  const rig = await running({ outageBackoff: new ConstantBackoff(1000) });
  rig.transport.answer = () => unreachable;
  await rig.enqueue(['x']);
  await rig.clock.advance(500);
  rig.transport.answer = ({ id }) => (id === 'x' ? rejected : acknowledged);
  const release = rig.faults.hang('requeue');
  await rig.enqueue(['y'], { priority: 100 });
  await rig.clock.advance(60_000);
  expect(rig.faults.count('requeue')).toBe(1);
  expect((await rig.get('x')).state).toBe('deadLetter');
  release();
  await rig.clock.advance(60_000);
  expect((await rig.get('x')).state).toBe('deadLetter');
  expect(rig.transport.sent.filter((payload) => payload === 'x')).toHaveLength(2);
});
