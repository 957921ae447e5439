import { describe, expect, test } from '@jest/globals';
import { opened, running } from '../../test/rig.js';
import { acknowledged } from '../../test/scripted-transport.js';
import { storedOperation } from '../../test/stored-operation.js';
import { ManualClock } from '../deterministic.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import { EventHub } from '../queue/event-hub.js';
import { LeaseKeeper } from './lease-keeper.js';

const options = { leaseMs: 3000, attemptTimeoutMs: 60_000, pollMs: 1000 };

test('a slow send keeps its lease: another worker never gets the operation', async () => {
  const rig = await running(options);
  rig.transport.answer = () => 'hang';
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  const other = await running({ ...options, beside: rig });
  await rig.clock.advance(30_000);
  expect(other.transport.batches).toEqual([]);
  rig.transport.answer = () => acknowledged;
  rig.transport.release();
  await rig.clock.advance(0);
  expect(await rig.total()).toBe(0);
});

test('a renewal that fails once or twice costs nothing', async () => {
  const rig = await running(options);
  rig.transport.answer = () => 'hang';
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  rig.faults.fail('renew', 2);
  await rig.clock.advance(10_000);
  expect(rig.transport.batches).toHaveLength(1);
  expect(rig.transport.batches[0]?.signal.aborted).toBe(false);
});

test.each(['fail', 'hang'] as const)(
  'a send is aborted when its lease ends since renewals %s; another worker takes over, and nothing is settled twice',
  async (fault) => {
    const rig = await running(options);
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    if (fault === 'fail') rig.faults.fail('renew', Infinity);
    else rig.faults.hang('renew');
    await rig.clock.advance(2999);
    expect(rig.transport.batches[0]?.signal.aborted).toBe(false);
    const other = await running({ ...options, beside: rig });
    other.transport.answer = () => 'hang';
    rig.worker.pause();
    await rig.clock.advance(1);
    expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
    await rig.clock.advance(3000);
    expect(other.transport.batches).toHaveLength(1);
    other.transport.answer = () => acknowledged;
    other.transport.release();
    await rig.clock.advance(0);
    expect(other.told('acknowledged')).toHaveLength(1);
    expect(await rig.total()).toBe(0);
  },
);

test('a send whose operation somebody else holds is aborted at the next renewal, and settles nothing', async () => {
  const rig = await running(options);
  rig.transport.answer = () => 'hang';
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  await rig.inner.claim({ now: rig.clock.now() + 3000, limit: 1, leaseMs: 60_000 });
  await rig.clock.advance(1000);
  expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
  expect(rig.told('leaseLost')).toMatchObject([{ id: 'x' }]);
  expect((await rig.get('x')).state).toBe('leased');
});

test('an answer that comes after the lease was taken over changes nothing', async () => {
  const rig = await running({ ...options, leaseMs: 60_000 });
  rig.transport.answer = () => 'hang';
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  await rig.inner.claim({ now: rig.clock.now() + 60_000, limit: 1, leaseMs: 60_000 });
  rig.transport.answer = () => acknowledged;
  rig.transport.release();
  await rig.clock.advance(0);
  expect(rig.events.map(({ type }) => type)).toEqual(['enqueued', 'attempted', 'leaseLost']);
  expect(await rig.total()).toBe(1);
});

test('a worker that was stopped beyond its lease neither sends nor settles what another one took', async () => {
  const rig = await opened(options);
  await rig.enqueue(['x']);
  const wakeUp = rig.faults.hang('claim', 'after');
  await rig.worker.start();
  await rig.clock.advance(3000);
  const other = await running({ ...options, beside: rig });
  other.transport.answer = () => 'hang';
  await rig.clock.advance(0);
  expect(other.transport.batches).toHaveLength(1);
  wakeUp();
  await rig.clock.advance(0);
  expect(rig.transport.batches).toEqual([]);
  expect(rig.told('leaseLost')).toMatchObject([{ id: 'x' }]);
  expect((await rig.get('x')).state).toBe('leased');
});

test('a worker that was stopped beyond its lease goes on where nobody else took over', async () => {
  const rig = await opened(options);
  await rig.enqueue(['x']);
  const wakeUp = rig.faults.hang('claim', 'after');
  await rig.worker.start();
  await rig.clock.advance(10_000);
  wakeUp();
  await rig.clock.advance(0);
  expect(rig.told('acknowledged')).toHaveLength(1);
});

test('nothing is sent while the storage cannot say whether the lease still holds', async () => {
  const rig = await opened(options);
  await rig.enqueue(['x']);
  const wakeUp = rig.faults.hang('claim', 'after');
  await rig.worker.start();
  await rig.clock.advance(2000);
  rig.faults.fail('renew');
  wakeUp();
  await rig.clock.advance(0);
  expect(rig.failures).toEqual(['STORAGE_FAILED']);
  expect(rig.told('released')).toHaveLength(1);
  expect(rig.told('acknowledged')).toHaveLength(1);
});

test('a resolver that takes its time keeps the lease', async () => {
  const rig = await running({
    ...options,
    resolver: { resolve: () => new Promise(() => undefined) },
    resolveTimeoutMs: 10_000,
  });
  rig.transport.answer = () => ({ kind: 'conflict', remote: { value: 1 } });
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  const other = await running({ ...options, beside: rig });
  await rig.clock.advance(9999);
  expect(other.transport.batches).toEqual([]);
  await rig.clock.advance(1);
  expect((await rig.get('x')).history).toMatchObject([{ outcome: 'retry', code: 'RESOLVER_FAILED' }]);
});

test('a keeper that was stopped renews nothing and leaves no timer', async () => {
  const clock = new ManualClock();
  let renewals = 0;
  const storage = {
    renew: (_: number, ids: readonly string[]) => {
      renewals++;
      return Promise.resolve(ids);
    },
  } as unknown as QueueStorage;
  const claim = { token: 1, leaseUntil: clock.now() + 3000, operations: [storedOperation()] };
  const keeper = new LeaseKeeper({ storage, clock, hub: new EventHub(undefined) }, claim, 3000, 0, ['op']);
  keeper.stop();
  keeper.start();
  await clock.advance(5000);
  expect(renewals).toBe(5);
  keeper.stop();
  await clock.advance(5000);
  expect([renewals, clock.pendingTimers, keeper.signal.aborted]).toEqual([5, 0, false]);
});

describe('a batch that is halved after its transport threw', () => {
  const halved = { ...options, maxBatchSize: 4, leaseMs: 60_000 };

  test.each(['jumped', 'stood still'])(
    'asks whether the lease still holds before each half, and leaves alone what somebody else took, when the clock %s',
    async (clock) => {
      const rig = await running(halved);
      rig.transport.respond = (sent) => {
        if (sent.length < 4) return sent.map(() => acknowledged);
        if (clock === 'jumped') rig.clock.jump(61_000);
        void rig.inner.claim({ now: rig.clock.now() + 61_000, limit: 1, leaseMs: 600_000 });
        throw new Error('poison');
      };
      await rig.enqueue(['a', 'b', 'c', 'd']);
      await rig.clock.advance(0);
      const halves = rig.transport.batches
        .slice(1)
        .flatMap(({ operations }) => operations.map(({ id }) => id));
      expect(halves).not.toContain('a');
      expect((await rig.get('a')).state).toBe('leased');
      expect((await rig.get('a')).attempts).toBe(0);
    },
  );

  test('goes no further while the storage cannot say', async () => {
    const rig = await running(halved);
    rig.transport.respond = () => {
      rig.clock.jump(61_000);
      rig.faults.fail('renew', 2);
      rig.worker.pause();
      throw new Error('poison');
    };
    await rig.enqueue(['a', 'b']);
    await rig.clock.advance(0);
    expect(rig.transport.batches).toHaveLength(1);
    expect(rig.failures).toContain('STORAGE_FAILED');
    expect((await rig.get('a')).attempts).toBe(0);
  });
});

test('a transport that was frozen while it waited for credentials is told that nothing may leave any more', async () => {
  const rig = await opened({ ...options, leaseMs: 3000 });
  const seen: unknown[] = [];
  let leapMs = 0;
  const { clock } = rig;
  const now = clock.now.bind(clock);
  clock.now = () => now() + leapMs;
  rig.transport.send = (operations, { mayLeave, signal }) => {
    seen.push(mayLeave?.());
    // Frozen here, the first time: the process wakes behind the end of its lease, before any of its timers.
    if (seen.length === 1) {
      leapMs = 3000;
      seen.push(mayLeave?.(), signal.aborted);
      leapMs = 0;
    }
    return Promise.resolve(operations.map(() => acknowledged));
  };
  await rig.worker.start();
  await rig.enqueue(['x']);
  await rig.clock.advance(0);
  expect(seen).toEqual([true, false, true, true]);
  expect(rig.told('released')).toMatchObject([{ id: 'x' }]);
});

describe('a clock that is set forward beyond the lease while a send is under way', () => {
  const aheadMs = 3_600_000;

  async function sending() {
    const rig = await running(options);
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    await rig.clock.advance(500);
    return rig;
  }

  test('makes nobody send it again: neither its own worker nor another one', async () => {
    const rig = await sending();
    const other = await running({ ...options, beside: rig });
    await rig.clock.advance(100);
    rig.clock.jump(aheadMs);
    await rig.enqueue(['y']);
    await rig.clock.advance(0);
    await rig.clock.advance(30_000);
    expect([...rig.transport.sent, ...other.transport.sent].sort()).toEqual(['x', 'y']);
    rig.transport.answer = () => acknowledged;
    rig.transport.release();
    await rig.clock.advance(0);
    expect(rig.told('released')).toEqual([]);
    expect(await rig.total()).toBe(0);
  });

  test('moves the lease of one that died as well, by its length at most for each that notices', async () => {
    const rig = await sending();
    for (const call of ['renew', 'settle'] as const) rig.faults.fail(call, Infinity);
    const other = await running({ ...options, beside: rig });
    rig.clock.jump(aheadMs);
    rig.worker.pause();
    await rig.clock.advance(2499);
    expect(other.transport.sent).toEqual([]);
    await rig.clock.advance(options.leaseMs + 2 * options.pollMs);
    expect(other.transport.sent).toEqual(['x']);
  });

  test('is not believed while leases cannot be moved, and they are as soon as they can', async () => {
    const rig = await sending();
    const other = await running({ ...options, beside: rig });
    other.faults.fail('clampTimes', 3);
    rig.clock.jump(aheadMs);
    await rig.clock.advance(30_000);
    expect(other.transport.sent).toEqual([]);
  });
});
