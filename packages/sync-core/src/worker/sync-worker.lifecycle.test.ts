import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { notify } from '../../test/faulty-storage.js';
import { opened, running } from '../../test/rig.js';
import { acknowledged, retry, unreachable } from '../../test/scripted-transport.js';
import { ConstantBackoff } from '../backoff/backoff.js';
import { processQueue } from './process-queue.js';

describe('start', () => {
  test('twice is one loop', async () => {
    const rig = await opened();
    await Promise.all([rig.worker.start(), rig.worker.start()]);
    expect(rig.worker.isRunning).toBe(true);
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
    expect(rig.clock.pendingTimers).toBe(1);
  });

  test('after stop delivers again', async () => {
    const rig = await running();
    await rig.worker.stop();
    expect(rig.worker.isRunning).toBe(false);
    await rig.enqueue(['x']);
    await rig.clock.advance(100_000);
    expect(rig.transport.sent).toEqual([]);
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
  });
});

describe('stop', () => {
  test('aborts what is being sent, gives its lease back and leaves no timer', async () => {
    const rig = await running();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    await rig.worker.stop();
    expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
    expect(rig.clock.pendingTimers).toBe(0);
    const { state, attempts, attempted } = await rig.get('x');
    expect([state, attempts, attempted]).toEqual(['waiting', 0, true]);
    await rig.worker.stop();
  });

  test.each(['claim', 'settle', 'clampTimes', 'nextDue', 'renew'] as const)(
    'returns after its bound while %s hangs, and nothing is sent afterwards',
    async (method) => {
      const rig = await opened({ stopTimeoutMs: 1000, leaseMs: 3000 });
      await rig.enqueue(['x']);
      const release = rig.faults.hang(method);
      if (method === 'renew') rig.transport.answer = () => 'hang';
      await rig.worker.start();
      await rig.clock.advance(1000);
      let isOver = false;
      const before = rig.transport.batches.length;
      const stopped = rig.worker.stop().then(() => (isOver = true));
      await rig.clock.advance(1000);
      expect(isOver).toBe(true);
      await stopped;
      release();
      await rig.clock.advance(100_000);
      expect(rig.transport.batches).toHaveLength(before);
      expect(rig.clock.pendingTimers).toBe(0);
    },
  );

  test('waits for a claim that is under way, and nothing is told afterwards', async () => {
    const rig = await opened();
    await rig.enqueue(['x', 'y']);
    const release = rig.faults.hang('claim', 'after');
    await rig.worker.start();
    await rig.clock.advance(0);
    const settle = rig.faults.hang('settle');
    const stopped = rig.worker.stop();
    release();
    await rig.clock.advance(0);
    settle();
    await stopped;
    const told = rig.events.length;
    await rig.clock.advance(100_000);
    expect(rig.events).toHaveLength(told);
    expect(rig.told('released')).toHaveLength(2);
    expect((await rig.get('x')).state).toBe('waiting');
  });

  test('is what await using calls', async () => {
    const rig = await running();
    await rig.worker[Symbol.asyncDispose]();
    expect(rig.worker.isRunning).toBe(false);
  });
});

describe('a worker wakes', () => {
  test('when something is enqueued, also while it is busy claiming', async () => {
    const rig = await running({ pollMs: 1_000_000 });
    const release = rig.faults.hang('nextDue', 'after');
    await rig.clock.advance(0);
    await rig.enqueue(['x']);
    release();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
  });

  test('when an operation falls due', async () => {
    const rig = await running({ pollMs: 1_000_000 });
    await rig.enqueue(['x'], { scheduledAt: rig.clock.now() + 5000 });
    await rig.clock.advance(4999);
    expect(rig.transport.sent).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.transport.sent).toEqual(['x']);
  });

  test('when its poll interval is over, though nobody told it of a change', async () => {
    const rig = await running({ pollMs: 5000 });
    await rig.clock.advance(0);
    const other = await opened({ beside: rig });
    await other.enqueue(['x']);
    await rig.clock.advance(4999);
    expect(rig.transport.sent).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.transport.sent).toEqual(['x']);
  });

  test('when the storage says that somebody else changed something', async () => {
    const rig = await running({ pollMs: 1_000_000 });
    await rig.clock.advance(0);
    const other = await opened({ beside: rig });
    await other.enqueue(['x']);
    notify(rig.inner, { kind: 'changed' });
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
  });

  test('not from a pause, whose end it waits for; what is being sent goes on', async () => {
    const rig = await running();
    rig.transport.latencyMs = 100;
    await rig.enqueue(['1']);
    await rig.clock.advance(50);
    expect(rig.worker.isPaused).toBe(false);
    rig.worker.pause();
    expect(rig.worker.isPaused).toBe(true);
    await rig.enqueue(['2']);
    await rig.clock.advance(100_000);
    expect(rig.told('acknowledged').map(({ id }) => id)).toEqual(['1']);
    rig.worker.resume();
    expect(rig.worker.isPaused).toBe(false);
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
  });
});

describe('pause', () => {
  test('keeps back what a claim brings that was under way, as if it had never been claimed', async () => {
    const rig = await running();
    const claimed = rig.faults.hang('claim', 'after');
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    rig.worker.pause();
    claimed();
    await rig.clock.advance(100_000);
    expect(rig.transport.batches).toEqual([]);
    const { state, attempted } = await rig.get('x');
    expect([state, attempted]).toEqual(['waiting', false]);
    rig.worker.resume();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
  });
});

describe('drain', () => {
  test('delivers all that may go, tells what it did, and stops again', async () => {
    const rig = await opened({ backoff: new ConstantBackoff(1000) });
    rig.transport.answer = ({ id }) => (id === 'later' ? retry() : acknowledged);
    await rig.enqueue(['1', 'later', '2']);
    const drained = rig.worker.drain();
    await rig.clock.advance(100);
    const summary = await drained;
    expect(summary.successful.map(({ id }) => id)).toEqual(['1', '2']);
    expect(summary.retried).toMatchObject([{ id: 'later', reason: { code: 'SERVER_RETRY' } }]);
    expect(rig.worker.isRunning).toBe(false);
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('waits for what is due before its deadline, and for nothing after it', async () => {
    const rig = await opened();
    const now = rig.clock.now();
    await rig.enqueue(['soon'], { scheduledAt: now + 2000 });
    await rig.enqueue(['late'], { scheduledAt: now + 9000 });
    const drained = rig.worker.drain({ deadline: now + 5000 });
    await rig.clock.advance(2000);
    expect((await drained).successful).toMatchObject([{ id: 'soon' }]);
  });

  test('waits for nothing that is due with waitForDue: false', async () => {
    const rig = await opened();
    await rig.enqueue(['soon'], { scheduledAt: rig.clock.now() + 2000 });
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 5000, waitForDue: false });
    await rig.clock.advance(0);
    expect((await drained).successful).toEqual([]);
  });

  test('ends at its deadline, whatever hangs', async () => {
    const rig = await opened();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 5000 });
    await rig.clock.advance(5000);
    expect((await drained).successful).toEqual([]);
    expect((await rig.get('x')).state).toBe('waiting');
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('ends when its signal aborts, and does not begin when it was aborted before', async () => {
    const rig = await opened();
    const controller = new AbortController();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const drained = rig.worker.drain({ signal: controller.signal });
    await rig.clock.advance(0);
    controller.abort();
    await drained;
    expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
    await rig.worker.drain({ signal: controller.signal });
    expect(rig.transport.batches).toHaveLength(1);
  });

  test('leaves a worker running that ran before', async () => {
    const rig = await running();
    await rig.enqueue(['x']);
    const drained = rig.worker.drain();
    await rig.clock.advance(0);
    expect((await drained).successful).toMatchObject([{ id: 'x' }]);
    expect(rig.worker.isRunning).toBe(true);
  });

  test('ends when the worker is stopped, paused, or offline, there after one probe', async () => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running({ monitor });
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 100_000 });
    await rig.clock.advance(0);
    await rig.worker.stop();
    await drained;
    rig.worker.pause();
    const paused = rig.worker.drain();
    await rig.clock.advance(0);
    expect((await paused).successful).toEqual([]);
    rig.worker.resume();
    monitor.set('offline');
    rig.transport.answer = () => unreachable;
    const before = rig.transport.batches.length;
    const offline = rig.worker.drain();
    await rig.clock.advance(0);
    expect((await offline).successful).toEqual([]);
    expect(rig.transport.batches).toHaveLength(before + 1);
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('ends without the other that began before or after it', async () => {
    const rig = await opened();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const now = rig.clock.now();
    const [first, second] = [1000, 2000].map((afterMs) => rig.worker.drain({ deadline: now + afterMs }));
    await rig.clock.advance(1500);
    expect((await first)?.successful).toEqual([]);
    expect([rig.worker.isRunning, rig.transport.batches[0]?.signal.aborted]).toEqual([true, false]);
    rig.transport.answer = () => acknowledged;
    rig.transport.release();
    await rig.clock.advance(0);
    expect((await second)?.successful).toMatchObject([{ id: 'x' }]);
    expect(rig.worker.isRunning).toBe(false);
  });

  test('leaves a worker running that was started meanwhile', async () => {
    const rig = await opened();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const drained = rig.worker.drain({ deadline: rig.clock.now() + 1000 });
    await rig.worker.start();
    await rig.clock.advance(1000);
    await drained;
    expect([rig.worker.isRunning, rig.transport.batches[0]?.signal.aborted]).toEqual([true, false]);
  });

  test('that begins while another one stops the worker goes its own way', async () => {
    const rig = await opened();
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    const settle = rig.faults.hang('settle');
    const first = rig.worker.drain({ deadline: rig.clock.now() + 1000 });
    await rig.clock.advance(1000);
    rig.transport.answer = () => acknowledged;
    const second = rig.worker.drain({ deadline: rig.clock.now() + 60_000 });
    settle();
    await rig.clock.advance(60_000);
    await first;
    expect((await second).successful).toMatchObject([{ id: 'x' }]);
  });

  test('says why it left out what had expired', async () => {
    const rig = await opened();
    await rig.enqueue(['x'], { expiresAt: rig.clock.now() + 1000 });
    await rig.clock.advance(2000);
    const drained = rig.worker.drain();
    await rig.clock.advance(0);
    expect((await drained).skipped).toMatchObject([{ id: 'x', reason: { code: 'OPERATION_EXPIRED' } }]);
  });

  test('is what process() does, with what each operation came to', async () => {
    const rig = await opened();
    rig.transport.answer = ({ id }) => (id === 'lost' ? unreachable : acknowledged);
    await rig.enqueue(['x', 'lost']);
    const processed = processQueue(rig.queue, rig.transport);
    await rig.clock.advance(0);
    const { successful, retried } = await processed;
    expect([successful[0]?.id, retried[0]?.id]).toEqual(['x', 'lost']);
  });
});
