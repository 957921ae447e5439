import { expect, test } from '@jest/globals';
import { openQueue, settled } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { QueueStats } from './queue-stats.js';
import { processQueue } from '../worker/process-queue.js';
import { contextOf } from './queue-context.js';

const ping = defineOperation<number>('ping');

test('counts by state and by priority, and knows the oldest', async () => {
  const { queue, clock } = await openQueue([ping]);
  expect(await queue.stats()).toMatchObject({ total: 0, oldestAgeMs: 0, byPriority: {} });
  await queue.enqueue(ping, 1, { priority: 75 });
  await clock.advance(500);
  await queue.enqueue(ping, 2);
  await queue.enqueue(ping, 3, { scheduledAt: clock.now() + 1 });
  await clock.advance(250);
  expect(await queue.stats()).toMatchObject({
    total: 3,
    byState: { waiting: 2, scheduled: 1, blocked: 0, leased: 0, parked: 0, deadLetter: 0 },
    byPriority: { 75: 1, 50: 2 },
    oldestAgeMs: 750,
    quarantined: 0,
  });
  clock.jump(-10_000);
  expect((await queue.stats()).oldestAgeMs).toBe(0);
});

test('stats$ tells at once, then at most four times a second, and only when something happened', async () => {
  const { queue, clock } = await openQueue([ping]);
  const totals: number[] = [];
  queue.stats$.subscribe(({ total }) => totals.push(total));
  await settled();
  expect(totals).toEqual([0]);
  for (let at = 0; at < 100; at++) {
    await queue.enqueue(ping, at);
    await clock.advance(10);
  }
  expect(totals).toEqual([0, 25, 50, 75, 100]);
  await clock.advance(250);
  expect(totals).toHaveLength(5);
  const told = totals.length;
  await clock.advance(60_000);
  expect(totals).toHaveLength(told);
});

test('leaves no timer behind when nobody watches any more', async () => {
  const { queue, clock } = await openQueue([ping]);
  const one = queue.stats$.subscribe();
  const other = queue.stats$.subscribe();
  await settled();
  await queue.enqueue(ping, 1);
  one.unsubscribe();
  expect(clock.pendingTimers).toBe(1);
  other.unsubscribe();
  expect(clock.pendingTimers).toBe(0);
  expect(contextOf(queue).refreshers.size).toBe(0);
});

test('rates follow what happens, count once however many watch, and fade', async () => {
  const { queue, clock, transport } = await openQueue([ping]);
  let latest: QueueStats | undefined;
  const watchers = [1, 2, 3].map(() => queue.stats$.subscribe((stats) => (latest = stats)));
  const ten = Array.from({ length: 10 }, (_, payload) => ({ operation: ping, payload }));
  for (let second = 0; second < 60; second++) {
    await queue.enqueueAll(ten);
    await processQueue(queue, transport);
    await clock.advance(1000);
  }
  expect(latest!.enqueuedPerSecond).toBeGreaterThan(9);
  expect(latest!.enqueuedPerSecond).toBeLessThan(11);
  expect(latest!.deliveredPerSecond).toBeGreaterThan(9);
  expect(latest!.deliveredPerSecond).toBeLessThan(11);
  await clock.advance(60_000);
  expect((await queue.stats()).enqueuedPerSecond).toBeLessThan(0.1);
  for (const watcher of watchers) watcher.unsubscribe();
  expect(await queue.stats()).toMatchObject({ enqueuedPerSecond: 0, deliveredPerSecond: 0 });
});

test('a storage that fails is told once, not four times a second, and looked at again when it opens', async () => {
  const { queue, storage, clock, events } = await openQueue([ping]);
  await storage.close();
  const totals: number[] = [];
  queue.stats$.subscribe(({ total }) => totals.push(total));
  await clock.advance(10_000);
  expect(events).toMatchObject([{ type: 'failed', failure: { code: 'STORAGE_CLOSED' } }]);
  await queue.open();
  await clock.advance(250);
  expect(totals).toEqual([0]);
});
