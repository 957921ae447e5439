import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import type { Clock } from '../ports/clock.js';
import { EventHub } from '../queue/event-hub.js';
import { LeaseKeeper } from './lease-keeper.js';

const contextOf = (clock: Clock, storage = new MemoryQueueStorage()) => ({
  clock,
  storage,
  hub: new EventHub(undefined),
});

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
  const keeper = new LeaseKeeper(contextOf(frozen), claim, 60_000, 0, ['a']);
  keeper.start();
  keeper.stop();
  callbacks[0]?.();
  expect(callbacks).toHaveLength(1);
});

test.each([false, true])(
  'a renewal that took longer than the lease gives nothing, where the storage must be asked: %s',
  async (mustAsk) => {
    const clock = new ManualClock();
    const storage = new MemoryQueueStorage();
    storage.renew = async (_token, ids) => {
      await clock.advance(1001);
      return ids;
    };
    const claim = { token: 1, leaseUntil: clock.now() + 1000, operations: [] };
    const keeper = new LeaseKeeper(contextOf(clock, storage), claim, 1000, clock.monotonicMs(), ['a']);
    await clock.advance(900);
    expect(await keeper.held(mustAsk)).toEqual(new Set());
  },
);

test.each(['now', 'monotonicMs'] as const)(
  'a lease that is over by %s lets nothing leave, though no timer of a frozen process has fired',
  (frozenBy) => {
    const clock = new ManualClock();
    let leapMs = 0;
    const woken = {
      now: () => clock.now() + (frozenBy === 'now' ? leapMs : 0),
      monotonicMs: () => clock.monotonicMs() + (frozenBy === 'monotonicMs' ? leapMs : 0),
      setTimer: () => ({}),
      clearTimer: () => undefined,
    };
    const claim = { token: 1, leaseUntil: clock.now() + 1000, operations: [] };
    const keeper = new LeaseKeeper(contextOf(woken), claim, 1000, clock.monotonicMs(), ['a']);
    leapMs = 999;
    expect([keeper.mayLeave(), keeper.signal.aborted]).toEqual([true, false]);
    leapMs = 1000;
    expect([keeper.mayLeave(), keeper.signal.aborted]).toEqual([false, true]);
  },
);
