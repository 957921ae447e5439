import { describe, expect, test } from '@jest/globals';
import { opened, type Rig, running } from '../../test/rig.js';
import { acknowledged, rejected, unreachable } from '../../test/scripted-transport.js';
import { ConstantBackoff } from '../backoff/backoff.js';
import { defer } from '../conflict/resolvers.js';

const outageBackoff = new ConstantBackoff(1000);

describe('a storage that fails', () => {
  test('to claim is asked again after a wait, and work goes on when it recovers', async () => {
    const rig = await opened({ outageBackoff });
    await rig.enqueue(['x']);
    rig.faults.fail('claim', 3);
    await rig.worker.start();
    await rig.clock.advance(2999);
    expect(rig.faults.count('claim')).toBe(3);
    expect(rig.failures).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED', 'STORAGE_FAILED']);
    await rig.clock.advance(1);
    expect(rig.told('acknowledged')).toHaveLength(1);
  });

  test('to claim is asked less and less often', async () => {
    const attempts: number[] = [];
    const rig = await opened({
      outageBackoff: { delayMs: (attempt) => attempts.push(attempt) * 1000 },
    });
    rig.faults.fail('claim', 4);
    await rig.worker.start();
    await rig.clock.advance(20_000);
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test('to settle is asked until it answers, and nothing is sent twice meanwhile', async () => {
    const rig = await opened({ outageBackoff, concurrency: 1 });
    await rig.enqueue(['x', 'y']);
    rig.faults.fail('settle', 5);
    await rig.worker.start();
    await rig.clock.advance(4999);
    expect(rig.transport.sent).toEqual(['x']);
    await rig.clock.advance(1);
    expect(rig.transport.sent).toEqual(['x', 'y']);
    expect(await rig.total()).toBe(0);
  });

  test('to say what became of a settlement is believed to have lost the lease, and sends again after it', async () => {
    const rig = await opened({ outageBackoff });
    await rig.enqueue(['x']);
    rig.faults.fail('settle', 1);
    const settle = rig.storage.settle.bind(rig.storage);
    let isSilent = true;
    Object.assign(rig.storage, {
      settle: async (...args: Parameters<typeof settle>) => {
        if (rig.faults.count('settle') === 0 || !isSilent) return settle(...args);
        isSilent = false;
        return [];
      },
    });
    await rig.worker.start();
    await rig.clock.advance(1500);
    expect(rig.transport.sent).toEqual(['x']);
    expect(rig.told('acknowledged')).toEqual([]);
    await rig.clock.advance(120_000);
    expect(rig.transport.sent).toEqual(['x', 'x']);
    expect(rig.told('acknowledged')).toHaveLength(1);
  });

  test('to settle does not keep stop from returning', async () => {
    const rig = await opened({ outageBackoff });
    await rig.enqueue(['x']);
    rig.faults.fail('settle', Infinity);
    await rig.worker.start();
    await rig.clock.advance(2500);
    await rig.worker.stop();
    expect(rig.clock.pendingTimers).toBe(0);
    expect(rig.told('acknowledged')).toEqual([]);
    expect((await rig.get('x')).state).toBe('leased');
  });

  test.each(['clampTimes', 'list'] as const)(
    'at the start (%s) is told of, and the work begins',
    async (method) => {
      const rig = await opened();
      await rig.enqueue(['x']);
      rig.faults.fail(method);
      await rig.worker.start();
      await rig.clock.advance(0);
      expect(rig.failures).toEqual(['STORAGE_FAILED']);
      expect(await rig.total()).toBe(0);
    },
  );

  test('when those are freed that an outage held up is told of; they wait out their own delays', async () => {
    const rig = await running({ outageBackoff });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(['1', '2']);
    await rig.clock.advance(500);
    rig.transport.answer = () => acknowledged;
    rig.faults.fail('requeue');
    await rig.clock.advance(60_000);
    expect(rig.failures).toContain('STORAGE_FAILED');
    expect(await rig.total()).toBe(0);
  });
});

describe('a stall', () => {
  const options = { stallAfterMs: 60_000, pollMs: 30_000, attemptTimeoutMs: 10_000_000, outageBackoff };

  test('is told once when what could go has not gone for too long, and again after the next', async () => {
    const rig = await running(options);
    rig.transport.answer = () => 'hang';
    for (const id of ['x', 'y']) {
      await rig.enqueue([id]);
      await rig.clock.advance(60_000);
      expect(rig.told('stalled')).toHaveLength(id === 'x' ? 0 : 1);
      await rig.clock.advance(200_000);
      rig.transport.answer = () => acknowledged;
      rig.transport.release();
      await rig.clock.advance(100_000);
      rig.transport.answer = () => 'hang';
    }
    expect(rig.told('stalled')).toHaveLength(2);
    expect(rig.told('stalled')[0]?.oldestAgeMs).toBeGreaterThan(60_000);
  });

  test('is none where what is old waits for a person, for its time, or for its principal', async () => {
    const rig = await running({ ...options, resolver: defer });
    rig.transport.answer = ({ id }) =>
      id === 'dead' ? rejected : id === 'parked' ? { kind: 'conflict', remote: { value: 1 } } : acknowledged;
    await rig.enqueue(['dead', 'parked']);
    await rig.enqueue(['planned'], { scheduledAt: rig.clock.now() + 300_000 });
    await rig.enqueue(['anns'], { principal: 'ann' });
    await rig.enqueue(['behind'], { dependsOn: ['dead'] });
    await rig.clock.advance(600_000);
    expect(rig.told('deadLettered')).toHaveLength(1);
    expect(rig.told('parked')).toHaveLength(1);
    expect(rig.told('acknowledged')).toMatchObject([{ id: 'planned' }]);
    expect(rig.told('stalled')).toEqual([]);
  });

  test('is measured from the moment for which an operation was planned', async () => {
    const rig = await running(options);
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['planned'], { scheduledAt: rig.clock.now() + 300_000 });
    await rig.clock.advance(350_000);
    expect(rig.told('stalled')).toEqual([]);
    await rig.clock.advance(100_000);
    expect(rig.told('stalled')).toHaveLength(1);
  });

  test('is looked for once per poll interval, however often the worker falls idle', async () => {
    const rig = await running(options);
    for (let at = 0; at < 60; at++) {
      await rig.enqueue([`${at}`]);
      await rig.clock.advance(1000);
    }
    expect(rig.faults.count('list')).toBeLessThanOrEqual(3);
    expect(rig.faults.count('list')).toBeGreaterThan(0);
  });

  test('that cannot be looked for is told of', async () => {
    const rig = await running(options);
    await rig.clock.advance(10);
    rig.faults.fail('list');
    await rig.clock.advance(30_000);
    expect(rig.failures).toEqual(['STORAGE_FAILED']);
  });

  test('is none during a pause', async () => {
    const rig = await running(options);
    rig.worker.pause();
    await rig.enqueue(['x']);
    await rig.clock.advance(300_000);
    expect(rig.told('stalled')).toEqual([]);
  });
});

describe('a wall clock', () => {
  const busy = { kind: 'retry', reason: { code: 'X', message: 'later' } } as const;

  test('that is set back an hour makes no wait longer than its backoff', async () => {
    const rig = await running({ backoff: new ConstantBackoff(60_000), pollMs: 30_000 });
    let isFirst = true;
    rig.transport.answer = () => {
      if (!isFirst) return acknowledged;
      isFirst = false;
      return busy;
    };
    await rig.enqueue(['x']);
    await rig.clock.advance(1000);
    rig.clock.jump(-3_600_000);
    await rig.clock.advance(60_000);
    expect(await rig.total()).toBe(0);
  });

  test.each([
    ['can be stored', (): void => undefined],
    // The settlement comes after the mending's step, and before its answer.
    ['is stored, while the storage hangs,', (rig: Rig) => rig.faults.hang('clampTimes', 'after')],
  ])('that is set back before a settlement %s makes its wait no longer than its backoff', async (_, hang) => {
    const rig = await running({ backoff: new ConstantBackoff(60_000), outageBackoff, pollMs: 1000 });
    await rig.clock.advance(0);
    rig.transport.answer = () => busy;
    rig.faults.fail('settle', 4);
    await rig.enqueue(['x']);
    await rig.clock.advance(500);
    rig.clock.jump(-3_600_000);
    const release = hang(rig);
    await rig.clock.advance(2000);
    expect(rig.faults.count('clampTimes')).toBe(2);
    expect((await rig.get('x')).state).toBe('leased');
    rig.transport.answer = () => acknowledged;
    await rig.clock.advance(2000);
    release?.();
    expect(rig.told('retryScheduled')).toHaveLength(1);
    await rig.clock.advance(61_000);
    expect(await rig.total()).toBe(0);
  });

  test('that jumps a year ahead expires nothing', async () => {
    const rig = await running();
    rig.worker.pause();
    await rig.enqueue(['x'], { expiresAt: rig.clock.now() + 3_600_000 });
    rig.clock.jump(365 * 86_400_000);
    rig.worker.resume();
    await rig.clock.advance(100);
    expect(rig.transport.sent).toEqual(['x']);
  });
});

describe('summaries and listeners', () => {
  test('rounds$ gives a summary of each batch, and a listener that throws disturbs nobody and is reported once', async () => {
    const rig = await running();
    const seen: string[] = [];
    rig.worker.rounds$.subscribe(() => {
      throw new Error('listener');
    });
    const subscription = rig.worker.rounds$.subscribe(
      ({ successful }) => void seen.push(...successful.map(({ id }) => id)),
    );
    await rig.enqueue(['1', '2']);
    await rig.clock.advance(0);
    subscription.unsubscribe();
    await rig.enqueue(['3']);
    await rig.clock.advance(0);
    expect(seen).toEqual(['1', '2']);
    expect(rig.failures).toEqual(['LISTENER_FAILED']);
    expect(await rig.total()).toBe(0);
  });
});
