import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualTime } from '../../test/manual-time.js';
import type { NetworkState } from '../ports/network-monitor.js';
import { ChangeLimiter } from './change-limiter.js';

const HOLD_MS = 500;

function limited() {
  const time = new ManualTime();
  const changes: { state: NetworkState; atMs: number }[] = [];
  const limiter = new ChangeLimiter(time, HOLD_MS, 'unknown', ({ state }) =>
    changes.push({ state, atMs: time.monotonicMs() }),
  );
  const propose = (state: NetworkState) => limiter.propose({ state, source: 'test', reason: state });
  return { time, limiter, changes, propose };
}

test('lets a change after a quiet time through at once', async () => {
  const { time, changes, propose } = limited();
  propose('offline');
  await time.pass(HOLD_MS);
  propose('online');
  expect(changes).toEqual([
    { state: 'offline', atMs: 0 },
    { state: 'online', atMs: HOLD_MS },
  ]);
});

test('flapping every 50 ms yields two changes a second', async () => {
  const { time, changes, propose } = limited();
  for (let i = 0; i < 200; i++) {
    propose(i % 2 === 0 ? 'offline' : 'online');
    await time.pass(50);
  }
  expect(changes.length).toBeGreaterThan(10);
  expect(changes.length).toBeLessThanOrEqual(20);
});

test('a change that was taken back while it was held is never told', async () => {
  const { time, changes, propose } = limited();
  propose('offline');
  propose('online');
  propose('offline');
  await time.pass(10 * HOLD_MS);
  expect(changes).toEqual([{ state: 'offline', atMs: 0 }]);
});

test('leaves no timer after stop, and tells nothing that it held', async () => {
  const { time, limiter, changes, propose } = limited();
  propose('offline');
  propose('online');
  propose('captive');
  expect(time.timers).toBe(1);
  limiter.stop();
  expect(time.timers).toBe(0);
  await time.pass(10 * HOLD_MS);
  expect(changes).toHaveLength(1);
});

const states = fc.constantFrom<NetworkState>('online', 'degraded', 'captive', 'offline', 'unknown');

test('whatever flaps: rare changes, no repeats, and in the end the latest state', async () => {
  const steps = fc.array(fc.tuple(states, fc.nat(700), fc.boolean()), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const { time, limiter, changes, propose } = limited();
      for (const [state, waitMs, restart] of walk) {
        if (restart) limiter.stop();
        propose(state);
        await time.pass(waitMs);
      }
      await time.pass(HOLD_MS);
      expect(time.timers).toBe(0);
      expect(changes.at(-1)?.state ?? 'unknown').toBe(walk.at(-1)?.[0] ?? 'unknown');
      changes.forEach(({ state, atMs }, i) => {
        expect(state).not.toBe(changes[i - 1]?.state ?? 'unknown');
        const inThisSecond = changes.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000);
        expect(inThisSecond.length).toBeLessThanOrEqual(2);
      });
    }),
    { numRuns: 200 },
  );
});
