import { expect, test } from '@jest/globals';
import { FakeTransport, openQueue, runningWorker, settled, typesOf } from '../../test/fixtures.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { defineOperation } from '../operation/define-operation.js';
import { OperationPriority } from '../operation/priority.js';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { QuarantinedRecord, StorageNotice } from '../ports/queue-storage.js';
import type { Subscription } from '../ports/subscribable.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { ageingRank } from './rank.js';
import { SyncQueue } from './sync-queue.js';
import { processQueue } from '../worker/process-queue.js';

const note = defineOperation<{ text: string }>('note.write', { entity: ({ text }) => `note/${text}` });
const ping = defineOperation('ping', { priority: OperationPriority.Low, expiresAfterMs: 5000 });

const code = (name: string) => expect.objectContaining({ name: 'SyncError', code: name });

test('what is enqueued is there, with all that was said about it', async () => {
  const { queue, clock, events } = await openQueue([note]);
  const options: EnqueueOptions = {
    id: 'my-id',
    entity: 'e',
    priority: 77,
    dependsOn: ['other'],
    scheduledAt: clock.now() + 1000,
    expiresAt: clock.now() + 9000,
    principal: 'anna',
    base: { text: 'before' },
    baseVersion: 'v7',
  };
  expect(await queue.enqueue(note, { text: 'a' }, options)).toEqual({ id: 'my-id', outcome: 'enqueued' });
  expect(await queue.get('my-id', { principals: 'all' })).toMatchObject({
    ...options,
    kind: 'note.write',
    base: { text: 'before' },
    payload: { text: 'a' },
    createdAt: clock.now(),
    state: 'scheduled',
    dueAt: clock.now() + 1000,
    attempts: 0,
  });
  expect(events).toEqual([
    { type: 'enqueued', id: 'my-id', kind: 'note.write', entity: 'e', principal: 'anna' },
  ]);
});

test('the definition says what the caller does not', async () => {
  const { queue, clock } = await openQueue([note, ping]);
  const { id } = await queue.enqueue(note, { text: 'a' });
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await queue.get(id)).toMatchObject({ entity: 'note/a', priority: 50, version: 1, dependsOn: [] });
  const { id: other } = await queue.enqueue('ping', {});
  expect(await queue.get(other)).toMatchObject({
    entity: undefined,
    priority: 25,
    expiresAt: clock.now() + 5000,
  });
});

test('the same id with the same content is the same operation', async () => {
  const { queue, events } = await openQueue([note, ping]);
  await queue.enqueue(note, { text: 'a' }, { id: 'x' });
  expect(await queue.enqueue(note, { text: 'a' }, { id: 'x' })).toEqual({ id: 'x', outcome: 'duplicate' });
  expect((await queue.stats()).total).toBe(1);
  expect(typesOf(events)).toEqual(['enqueued']);
});

test('the same id with other content is refused, and nothing is stored', async () => {
  const { queue } = await openQueue([note, ping]);
  await queue.enqueue(note, { text: 'a' }, { id: 'x' });
  await expect(queue.enqueue(note, { text: 'b' }, { id: 'x' })).rejects.toEqual(code('OPERATION_ID_REUSED'));
  await expect(queue.enqueue(ping, { text: 'a' }, { id: 'x' })).rejects.toEqual(code('OPERATION_ID_REUSED'));
  expect((await queue.list()).items.map(({ payload }) => payload)).toEqual([{ text: 'a' }]);
});

test.each<[string, EnqueueOptions]>([
  ['an id that is empty', { id: '' }],
  ['an id that is too long', { id: 'x'.repeat(256) }],
  ['an entity with a control character', { entity: 'a\n' }],
  ['a principal that is empty', { principal: '' }],
  ['a version that is empty', { baseVersion: '' }],
  ['a priority above 100', { priority: 101 }],
  ['a priority between two integers', { priority: 0.5 }],
  ['a schedule that is no time', { scheduledAt: NaN }],
  ['a schedule behind the end of time', { scheduledAt: 8.64e15 + 1 }],
  ['an expiry before the epoch', { expiresAt: -1 }],
  ['a dependency without a name', { dependsOn: ['a', ''] }],
  ['a dependency on itself', { id: 'x', dependsOn: ['x'] }],
])('refuses %s, and nothing is stored', async (_, options) => {
  const { queue, events } = await openQueue([note]);
  await expect(queue.enqueue(note, { text: 'a' }, options)).rejects.toEqual(code('OPERATION_INVALID'));
  expect((await queue.stats()).total).toBe(0);
  expect(events).toEqual([]);
});

test('refuses an entity that is no name, and a kind that it does not know', async () => {
  const bad = defineOperation('bad', { entity: () => 5 as unknown as string });
  const { queue } = await openQueue([bad]);
  await expect(queue.enqueue(bad, {})).rejects.toEqual(code('OPERATION_INVALID'));
  await expect(queue.enqueue(note, { text: 'a' })).rejects.toEqual(code('OPERATION_KIND_UNKNOWN'));
  await expect(queue.enqueue('nothing', {})).rejects.toEqual(code('OPERATION_KIND_UNKNOWN'));
  expect((await queue.stats()).total).toBe(0);
});

test('refuses two definitions of one kind', () => {
  const make = (): unknown =>
    new SyncQueue(
      { storage: new MemoryQueueStorage() },
      { operations: [note, defineOperation('note.write')] },
    );
  expect(make).toThrow(code('OPERATION_KIND_DUPLICATE'));
});

test.each([
  ['maxPayloadBytes', { maxPayloadBytes: 1 }],
  ['maxPending', { maxPending: 0 }],
])('refuses a bad %s', (name, options) => {
  const make = (): unknown =>
    new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [], ...options });
  expect(make).toThrow(RangeError);
  expect(make).toThrow(name);
});

test('takes no more than maxPending, drops nothing, and takes again when there is room', async () => {
  const { queue } = await openQueue([note], { maxPending: 2 });
  const { id } = await queue.enqueue(note, { text: 'a' });
  await queue.enqueue(note, { text: 'b' });
  await expect(queue.enqueue(note, { text: 'c' })).rejects.toEqual(code('QUEUE_FULL'));
  expect((await queue.list()).items.map(({ entity }) => entity)).toEqual(['note/a', 'note/b']);
  await queue.discard(id);
  await queue.enqueue(note, { text: 'c' });
  expect((await queue.stats()).total).toBe(2);
});

test('enqueueAll stores all in order', async () => {
  const { queue, events } = await openQueue([note, ping]);
  const receipts = await queue.enqueueAll([
    { operation: note, payload: { text: 'a' }, id: '1' },
    { operation: 'ping', payload: null, id: '2', priority: 99 },
    { operation: note, payload: { text: 'a' }, id: '1' },
  ]);
  expect(receipts.map(({ outcome }) => outcome)).toEqual(['enqueued', 'enqueued', 'duplicate']);
  expect((await queue.list()).items).toMatchObject([{ id: '1' }, { id: '2', priority: 99 }]);
  expect(typesOf(events)).toEqual(['enqueued', 'enqueued']);
  expect(await queue.enqueueAll([])).toEqual([]);
});

test('enqueueAll stores nothing where one is refused, whoever refuses it', async () => {
  const { queue, events } = await openQueue([note, ping], { maxPending: 2 });
  const good = { operation: note, payload: { text: 'a' }, id: '1' };
  const refused = {
    PAYLOAD_NOT_JSON: { operation: ping, payload: NaN },
    OPERATION_INVALID: { operation: ping, payload: 1, priority: -1 },
    OPERATION_KIND_UNKNOWN: { operation: 'nothing', payload: 1 },
    OPERATION_ID_REUSED: { operation: note, payload: { text: 'b' }, id: '1' },
  };
  for (const [name, item] of Object.entries(refused)) {
    await expect(queue.enqueueAll([good, item])).rejects.toEqual(code(name));
  }
  const three = [good, { ...good, id: '2' }, { ...good, id: '3' }];
  await expect(queue.enqueueAll(three)).rejects.toEqual(code('QUEUE_FULL'));
  expect((await queue.stats()).total).toBe(0);
  expect(events).toEqual([]);
});

test('callers at the same moment keep their order, and one that is refused harms none of the others', async () => {
  const { queue } = await openQueue([note]);
  const results = await Promise.allSettled([
    queue.enqueue(note, { text: 'a' }, { id: '1' }),
    queue.enqueue(note, { text: 'b' }, { id: '1' }),
    queue.enqueue(note, { text: 'c' }, { id: '2' }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await queue.list()).items.map(({ entity }) => entity)).toEqual(['note/a', 'note/c']);
});

test('operations belong to who is signed in, and go only under that name', async () => {
  const { queue, transport } = await openQueue([note]);
  await queue.signIn('anna');
  expect(queue.principal).toBe('anna');
  await queue.enqueue(note, { text: 'of anna' });
  await queue.signIn('ben');
  await queue.enqueue(note, { text: 'of ben' });
  await queue.signIn(undefined);
  await queue.enqueue(note, { text: 'of nobody' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ text: 'of nobody' }]);
  await queue.signIn('anna');
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ text: 'of nobody' }, { text: 'of anna' }]);
  expect(transport.sent.map(({ principal }) => principal)).toEqual([undefined, 'anna']);
});

test('process delivers what may go and sums up', async () => {
  const { queue, transport } = await openQueue([note]);
  await queue.enqueueAll(['a', 'b'].map((text) => ({ operation: note, payload: { text }, id: text })));
  transport.answer({ kind: 'acknowledged' }, { kind: 'rejected', reason: { code: 'NO', message: 'no' } });
  expect(await processQueue(queue, transport)).toMatchObject({
    successful: [{ id: 'a', kind: 'note.write' }],
    failed: [{ id: 'b', reason: { code: 'NO' } }],
    retried: [],
    skipped: [],
  });
});

test('lists in pages of one operation or more', async () => {
  const { queue } = await openQueue([note]);
  await queue.enqueueAll(['a', 'b'].map((text) => ({ operation: note, payload: { text } })));
  const page = await queue.list({ limit: 1 });
  expect(page).toMatchObject({ items: [{ entity: 'note/a' }], next: 1 });
  expect(await queue.list({ after: page.next!, limit: 1 })).toMatchObject({ items: [{ entity: 'note/b' }] });
  await expect(queue.list({ limit: 0 })).rejects.toThrow(RangeError);
});

test('an ageing rank lets an old unimportant operation go before a new important one', async () => {
  const { queue, clock, transport } = await openQueue([note], { rank: ageingRank(1000) });
  await queue.enqueue(note, { text: 'old' }, { priority: 25 });
  await clock.advance(30_000);
  await queue.enqueue(note, { text: 'new' }, { priority: 50 });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ text: 'old' }, { text: 'new' }]);
});

test('refuses every call while the storage is closed, and goes on when it is open again', async () => {
  const { queue, storage } = await openQueue([note]);
  await queue.enqueue(note, { text: 'a' });
  await queue[Symbol.asyncDispose]();
  await queue.close();
  const closed = code('STORAGE_CLOSED');
  await expect(queue.enqueue(note, { text: 'b' })).rejects.toEqual(closed);
  await expect(queue.enqueueAll([{ operation: note, payload: { text: 'b' } }])).rejects.toEqual(closed);
  await expect(queue.get('x')).rejects.toEqual(closed);
  await expect(queue.list()).rejects.toEqual(closed);
  await expect(queue.stats()).rejects.toEqual(closed);
  await expect(storage.quarantined()).rejects.toEqual(closed);
  await queue.open();
  await queue.open();
  expect((await queue.stats()).total).toBe(1);
});

/** A storage that gives notices when it is told to, and as it opens. */
class NoticingStorage extends MemoryQueueStorage {
  readonly #listeners = new Set<(notice: StorageNotice) => void>();
  onOpen: StorageNotice | undefined;
  override readonly notices = {
    subscribe: (next: (notice: StorageNotice) => void): Subscription => {
      this.#listeners.add(next);
      return { unsubscribe: () => void this.#listeners.delete(next) };
    },
  };

  override async open(): Promise<void> {
    await super.open();
    if (this.onOpen !== undefined) this.give(this.onOpen);
  }

  give(notice: StorageNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}

const record: QuarantinedRecord = {
  sequence: 3,
  reason: { code: 'STORAGE_DAMAGED', message: 'x' },
  raw: new Uint8Array(),
};

test('tells of records that the storage put into quarantine, also as it opened, and of a lost handle', async () => {
  const storage = new NoticingStorage();
  const queue = new SyncQueue({ storage }, { operations: [note] });
  const told: unknown[] = [];
  queue.events$.subscribe((event) => told.push(event));
  storage.onOpen = { kind: 'quarantined', record };
  await queue.open();
  const failure: SyncFailure = { code: 'STORAGE_FAILED', message: 'deleted' };
  storage.give({ kind: 'lost', failure });
  expect(told).toEqual([
    { type: 'quarantined', record },
    { type: 'failed', failure },
  ]);
  await queue.close();
  storage.give({ kind: 'lost', failure });
  expect(told).toHaveLength(2);
});

test('what comes back out of quarantine is told, refreshes the views and wakes the workers', async () => {
  const storage = new NoticingStorage();
  const queue = new SyncQueue({ storage }, { operations: [note] });
  await queue.open();
  const { id } = await queue.enqueue(note, { text: 'a' });
  const aside = await storage.discard([id]);
  storage.rereadQuarantined = async () => {
    await storage.restore(aside);
    return { restored: aside, left: 2 };
  };
  let woken = 0;
  queue.context.workers.add(runningWorker({ wake: () => woken++ }));
  const told: unknown[] = [];
  queue.events$.subscribe((event) => told.push(event));
  const views: number[] = [];
  queue.pending$('note/a').subscribe((pending) => views.push(pending.length));
  await settled();
  expect(views).toEqual([0]);
  const before = woken;
  expect(await queue.rereadQuarantined()).toEqual({ restored: 1, left: 2 });
  await settled();
  expect(told).toEqual([{ type: 'restored', id, kind: 'note.write', entity: 'note/a' }]);
  expect(views.at(-1)).toBe(1);
  expect(woken).toBeGreaterThan(before);
  await queue.close();
});

test('a change by another instance wakes the workers and refreshes the views', async () => {
  const storage = new NoticingStorage();
  const queue = new SyncQueue({ storage }, { operations: [note] });
  await queue.open();
  let woken = 0;
  queue.context.workers.add(runningWorker({ wake: () => woken++ }));
  const views: number[] = [];
  queue.pending$('note/a').subscribe((pending) => views.push(pending.length));
  const states: string[] = [];
  const { id } = await queue.enqueue(note, { text: 'a' });
  queue.watch(id).subscribe(({ state }) => states.push(state));
  await settled();
  const before = woken;
  await storage.discard([id]);
  storage.give({ kind: 'changed' });
  await settled();
  expect(woken).toBe(before + 1);
  expect(views.at(-1)).toBe(0);
  expect(states).toEqual(['waiting', 'discarded']);
});

test('works with the clock and the randomness of the platform, and names the device', async () => {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [note], node: 'till-3' });
  await queue.open();
  const { id } = await queue.enqueue(note, { text: 'a' });
  expect((await queue.get(id))?.timestamp).toMatch(/-till-3$/);
  await processQueue(queue, new FakeTransport());
  expect((await queue.stats()).total).toBe(0);
});
