import { expect, test } from '@jest/globals';
import { FakeTransport, REJECTED, settled, typesOf } from '../../test/fixtures.js';
import { SharedMemory } from '../../test/shared-memory.js';
import { ManualClock, SeededRandom } from '../deterministic.js';
import { clientWins, serverWins } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import { processQueue } from '../worker/process-queue.js';
import type { SyncEvent } from './sync-event.js';
import { SyncQueue } from './sync-queue.js';

const write = defineOperation<number>('write', { entity: () => 'e' });
const volume = defineOperation<number>('volume', { entity: () => 'v', coalesce: 'replace' });
const free = defineOperation<number>('free', { conflict: serverWins });
const again = defineOperation<number>('again', { conflict: clientWins });
const operations = [write, volume, free, again];

/** A queue of its own on what all share, as a tab has it, with a transport whose answers are numbered. */
async function openTab(memory: SharedMemory, clock: ManualClock, seed = 1) {
  const collaborators = { storage: memory.instance(), clock, random: new SeededRandom(seed) };
  const queue = new SyncQueue(collaborators, { operations });
  const events: SyncEvent[] = [];
  const subscription = queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  return { queue, events, subscription, transport: new FakeTransport() };
}

async function openTabs() {
  const memory = new SharedMemory();
  const clock = new ManualClock();
  const one = await openTab(memory, clock, 1);
  const two = await openTab(memory, clock, 2);
  return { memory, clock, one, two };
}

const acknowledged = (result: unknown): DeliveryOutcome => ({ kind: 'acknowledged', result });
const ofType = (events: readonly SyncEvent[], type: SyncEvent['type']): readonly unknown[] =>
  events.filter((event) => event.type === type);

test('tells the author of 20 changes each result once and in order, whoever delivers', async () => {
  const { memory, one, two } = await openTabs();
  const ended: string[] = [];
  for (let n = 0; n < 20; n++) {
    const { id } = await one.queue.enqueue(write, n, { id: `op${n}` });
    one.queue.watch(id).subscribe((status) => {
      if (status.state === 'acknowledged') ended.push(`${status.id} ${JSON.stringify(status.result)}`);
    });
    const { queue, transport } = n % 3 === 0 ? one : two;
    transport.answer(acknowledged({ no: n }));
    await processQueue(queue, transport, { concurrency: 1 });
    if (n % 2 === 0) memory.hint();
  }
  memory.hint();
  await settled();
  const all = Array.from({ length: 20 }, (_, n) => [`op${n}`, { no: n }] as const);
  const heard = (events: readonly SyncEvent[]): readonly unknown[] =>
    events.flatMap((event) => (event.type === 'acknowledged' ? [[event.id, event.result]] : []));
  expect(heard(one.events)).toEqual(all);
  expect(heard(two.events)).toEqual(all);
  expect(ended).toEqual(all.map(([id, result]) => `${id} ${JSON.stringify(result)}`));
});

test('a queue without a worker hears at the next poll, where no hint comes', async () => {
  const { clock, one, two } = await openTabs();
  await one.queue.enqueue(write, 1, { id: 'a' });
  two.transport.answer({ kind: 'acknowledged', result: 7, version: 'v2', position: 'notes:41' });
  await processQueue(two.queue, two.transport);
  await clock.advance(999);
  expect(ofType(one.events, 'acknowledged')).toEqual([]);
  await clock.advance(1);
  await settled();
  expect(ofType(one.events, 'acknowledged')).toEqual([
    {
      type: 'acknowledged',
      id: 'a',
      kind: 'write',
      entity: 'e',
      result: 7,
      version: 'v2',
      position: 'notes:41',
    },
  ]);
  expect(two.events.at(-1)).toMatchObject({ type: 'acknowledged', position: 'notes:41' });
});

test('a queue in which nothing happens is looked at seldom, and soon again after a change', async () => {
  const { memory, clock, one, two } = await openTabs();
  await clock.advance(20 * 60_000);
  const before = memory.readings;
  await clock.advance(60_000);
  // Two tabs, every half minute.
  expect(memory.readings - before).toBeLessThanOrEqual(6);
  await one.queue.enqueue(write, 1, { id: 'a' });
  await processQueue(two.queue, two.transport);
  expect(ofType(one.events, 'acknowledged')).toEqual([]);
  await clock.advance(1000);
  await settled();
  expect(ofType(one.events, 'acknowledged')).toHaveLength(1);
});

test('nothing is told twice, however many hints come', async () => {
  const { memory, clock, one, two } = await openTabs();
  await one.queue.enqueue(write, 1);
  await processQueue(one.queue, one.transport);
  memory.hint();
  await settled();
  await one.queue.enqueue(volume, 1, { id: 'v1' });
  await two.queue.enqueue(volume, 2, { id: 'v2' });
  await one.queue.edit('v1', 3);
  await two.queue.discard((await two.queue.list()).items[0]?.id ?? '');
  for (let n = 0; n < 3; n++) {
    memory.hint();
    await clock.advance(1000);
    await settled();
  }
  const told = (events: readonly SyncEvent[]): readonly string[] =>
    typesOf(events).filter((type) => type !== 'enqueued' && type !== 'attempted');
  expect(told(one.events)).toEqual(['acknowledged', 'coalesced', 'replaced', 'discarded']);
  expect(told(two.events)).toEqual(['acknowledged', 'coalesced', 'replaced', 'discarded']);
});

test('whoever listens later hears of what happens from then on', async () => {
  const { memory, clock, one, two } = await openTabs();
  one.subscription.unsubscribe();
  await one.queue.enqueue(write, 1, { id: 'before' });
  await processQueue(two.queue, two.transport);
  memory.hint();
  await settled();
  const events: SyncEvent[] = [];
  one.queue.events$.subscribe((event) => events.push(event));
  await one.queue.enqueue(write, 2, { id: 'after' });
  await processQueue(two.queue, two.transport);
  await clock.advance(1000);
  await settled();
  expect(events.flatMap((event) => ('id' in event ? [`${event.type} ${event.id}`] : []))).toEqual([
    'enqueued after',
    'acknowledged after',
  ]);
});

test('while nobody listens nothing is read, and no timer is left', async () => {
  const memory = new SharedMemory();
  const clock = new ManualClock();
  const { queue, subscription, transport } = await openTab(memory, clock);
  subscription.unsubscribe();
  await settled();
  const { readings } = memory;
  await queue.enqueue(write, 1);
  await processQueue(queue, transport);
  memory.hint();
  await clock.advance(10_000);
  expect(memory.readings).toBe(readings);
  expect(clock.pendingTimers).toBe(0);
  await queue.close();
});

test('a closed queue reads nothing, and goes on where it was when it opens again', async () => {
  const { memory, clock, one, two } = await openTabs();
  await one.queue.close();
  const { readings } = memory;
  await clock.advance(5000);
  expect(memory.readings - readings).toBe(5);
  await one.queue.open();
  await two.queue.enqueue(write, 1, { id: 'a' });
  await processQueue(two.queue, two.transport);
  await clock.advance(1000);
  await settled();
  expect(one.events.at(-1)).toMatchObject({ type: 'acknowledged', id: 'a' });
});

test('a reading that fails is told once, and what it missed comes with the next', async () => {
  const { memory, clock, one, two } = await openTabs();
  await one.queue.enqueue(write, 1, { id: 'a' });
  await processQueue(two.queue, two.transport);
  memory.failure = new Error('busy');
  await clock.advance(3000);
  expect(ofType(one.events, 'failed')).toEqual([
    { type: 'failed', failure: { code: 'STORAGE_FAILED', message: 'Error: busy' } },
  ]);
  memory.failure = undefined;
  await clock.advance(1000);
  await settled();
  expect(one.events.at(-1)).toMatchObject({ type: 'acknowledged', id: 'a' });
});

test('what was done here is told here, though the outcomes cannot be read', async () => {
  const { memory, one } = await openTabs();
  memory.failure = new Error('busy');
  await one.queue.enqueue(write, 1, { id: 'a' });
  await processQueue(one.queue, one.transport);
  expect(ofType(one.events, 'acknowledged')).toHaveLength(1);
  memory.failure = undefined;
  memory.hint();
  await settled();
  expect(ofType(one.events, 'acknowledged')).toHaveLength(1);
});

test('a page that was loaded again ends its watch with what became of the change', async () => {
  const { memory, clock, one, two } = await openTabs();
  await one.queue.enqueue(volume, 1, { id: 'first' });
  await one.queue.enqueue(volume, 2, { id: 'joined' });
  const edited = await one.queue.edit('first', 3);
  await one.queue.close();
  two.transport.answer(acknowledged({ ok: true }));
  await processQueue(two.queue, two.transport);
  const reloaded = await openTab(memory, clock, 3);
  const heard: unknown[] = [];
  for (const id of ['joined', edited, 'never'])
    reloaded.queue
      .watch(id)
      .subscribe({ next: (status) => heard.push(status), complete: () => heard.push('end') });
  await settled();
  const end = { id: edited, state: 'acknowledged', result: { ok: true } };
  expect(heard).toHaveLength(6);
  expect(heard.filter((one) => one !== 'end')).toEqual(
    expect.arrayContaining([end, end, { id: 'never', state: 'unknown' }]),
  );
});

test('an answer that is too large is told whole where it came in, and as left out elsewhere', async () => {
  const { memory, one, two } = await openTabs();
  await one.queue.enqueue(write, 1, { id: 'a' });
  const large = { text: 'ü'.repeat(1100) };
  two.transport.answer(acknowledged(large));
  await processQueue(two.queue, two.transport);
  memory.hint();
  await settled();
  expect(two.events.at(-1)).toMatchObject({ type: 'acknowledged', result: large });
  expect(one.events.at(-1)).toMatchObject({ type: 'acknowledged', result: undefined, resultOmitted: true });
  const heard: unknown[] = [];
  one.queue.watch('a').subscribe((status) => heard.push(status));
  await settled();
  expect(heard).toEqual([{ id: 'a', state: 'acknowledged', result: undefined, resultOmitted: true }]);
});

test('a dead letter that another instance made is told with those that it holds', async () => {
  const { memory, one, two } = await openTabs();
  await one.queue.enqueue(write, 1, { id: 'a' });
  await one.queue.enqueue(write, 2, { id: 'b' });
  await one.queue.enqueue(free, 3, { id: 'c', dependsOn: ['a'] });
  two.transport.answer(REJECTED);
  await processQueue(two.queue, two.transport);
  memory.hint();
  await settled();
  const failure = { code: 'NO', message: 'will not' };
  const told = [
    { type: 'deadLettered', id: 'a', kind: 'write', entity: 'e', failure },
    { type: 'held', id: 'b', kind: 'write', entity: 'e', by: 'a', failure },
    { type: 'held', id: 'c', kind: 'free', by: 'a', failure },
  ];
  expect(one.events.slice(-3)).toEqual(told);
  expect(two.events.slice(-3)).toEqual(told);
});

test('what a conflict led to is told everywhere', async () => {
  const { memory, one, two } = await openTabs();
  await one.queue.enqueue(free, 1, { id: 'loses' });
  await one.queue.enqueue(again, 1, { id: 'wins' });
  const conflict: DeliveryOutcome = { kind: 'conflict', remote: { value: 2, version: 'v9' } };
  two.transport.answer(conflict, conflict);
  await processQueue(two.queue, two.transport);
  memory.hint();
  await settled();
  const byId = (id: string): readonly unknown[] =>
    one.events.filter((event) => 'id' in event && event.id === id && event.type !== 'enqueued');
  expect(byId('loses')).toEqual([{ type: 'superseded', id: 'loses', kind: 'free', version: 'v9' }]);
  expect(byId('wins')).toMatchObject([{ type: 'replaced' }]);
  expect(typesOf(two.events)).toEqual(expect.arrayContaining(['conflict', 'superseded']));
});

test('changes$ tells of what is done here, and of what others did as soon as the storage hints at it', async () => {
  const { memory, one, two } = await openTabs();
  let told = 0;
  const subscription = two.queue.changes$.subscribe(() => told++);
  await one.queue.enqueue(write, 1, { id: 'a' });
  await settled();
  expect(told).toBe(0);
  memory.hint();
  expect(told).toBe(1);
  await two.queue.discard('a');
  expect(told).toBe(2);
  two.queue.context.hub.fail(new Error('The storage is away.'), 'STORAGE_FAILED');
  subscription.unsubscribe();
  memory.hint();
  expect(told).toBe(2);
  expect(two.queue.context.refreshers.size).toBe(0);
});

test('outcomes gives what is kept, from a position on', async () => {
  const { one } = await openTabs();
  await one.queue.enqueue(write, 1, { id: 'a' });
  await one.queue.enqueue(write, 2, { id: 'b', principal: 'anna' });
  one.transport.answer(acknowledged([1]), acknowledged(undefined));
  await processQueue(one.queue, one.transport);
  await one.queue.discard('b', { principals: 'all' });
  const { items, next, missed } = await one.queue.outcomes({ principals: 'all' });
  expect(items).toMatchObject([
    { sequence: 1, id: 'a', kind: 'write', entity: 'e', outcome: 'acknowledged', result: [1] },
    { sequence: 2, id: 'b', outcome: 'discarded', principal: 'anna' },
  ]);
  expect([next, missed]).toEqual([2, 0]);
  expect(await one.queue.outcomes({ after: 1, limit: 5 })).toEqual({ items: [], next: 2, missed: 0 });
  expect(await one.queue.outcomes({ after: 9 })).toEqual({ items: [], next: 2, missed: 0 });
  expect(await one.queue.outcomes({ limit: 0 })).toEqual({ items: [], next: 2, missed: 0 });
  await expect(one.queue.outcomes({ after: -1 })).rejects.toThrow(RangeError);
});
