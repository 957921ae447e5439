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
