import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { LeaseKeeper } from './lease-keeper.js';

test('a timer that fires though it was cleared, in a process that was frozen, renews nothing for ever', () => {
  const clock = new ManualClock();
  const callbacks: (() => void)[] = [];
  const frozen = {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (callback: () => void) => {
      callbacks.push(callback);
      return callbacks;
    },
    clearTimer: () => undefined,
  };
  const claim = { token: 1, leaseUntil: clock.now() + 60_000, operations: [] };
  const keeper = new LeaseKeeper(new MemoryQueueStorage(), frozen, claim, 60_000, 0, ['a']);
  keeper.start();
  keeper.stop();
  callbacks[0]?.();
  expect(callbacks).toHaveLength(1);
});

test.each(['check', 'checkAgain'] as const)(
  'a renewal that took longer than the lease gives nothing, %s',
  async (look) => {
    const clock = new ManualClock();
    const storage = new MemoryQueueStorage();
    storage.renew = async (_token, ids) => {
      await clock.advance(1001);
      return ids;
    };
    const claim = { token: 1, leaseUntil: clock.now() + 1000, operations: [] };
    const keeper = new LeaseKeeper(storage, clock, claim, 1000, clock.monotonicMs(), ['a']);
    await clock.advance(900);
    expect(await keeper[look]()).toEqual([]);
  },
);
