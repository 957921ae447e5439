import { expect, test } from '@jest/globals';
import {
  defineOperation,
  MemoryQueueStorage,
  type StorageNotice,
  SyncError,
  type SyncEvent,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ScriptedTransport } from '../faults/scripted-transport.js';
import { FailingStorage } from './failing-storage.js';

const note = defineOperation('note');

async function setUp() {
  const clock = new ManualClock();
  const storage = new FailingStorage(new MemoryQueueStorage());
  const queue = new SyncQueue({ storage, clock, random: new SeededRandom(1) }, { operations: [note] });
  const transport = new ScriptedTransport();
  const worker = new SyncWorker({ queue, transport });
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  await queue.open();
  return { clock, storage, faults: storage.faults, queue, transport, worker, events };
}

test('a commit that fails leaves what it committed, and the repeat is the same operation', async () => {
  // #region storage
  const storage = new FailingStorage(new MemoryQueueStorage());
  const queue = new SyncQueue({ storage }, { operations: [note] });
  await queue.open();
  storage.faults.failNext('enqueue', 'torn');
  await expect(queue.enqueue(note, 'hello', { id: 'a' })).rejects.toThrow(SyncError);
  await queue.enqueue(note, 'hello', { id: 'a' });
  expect((await queue.stats()).total).toBe(1);
  // #endregion
});

test.each([
  ['failed', 'STORAGE_FAILED', 0],
  ['busy', 'STORAGE_BUSY', 0],
  ['full', 'STORAGE_FULL', 0],
  ['torn', 'STORAGE_FAILED', 1],
] as const)('an enqueue that is %s rejects with %s, and leaves %d behind', async (fault, code, left) => {
  const { queue, faults, storage } = await setUp();
  faults.failNext('enqueue', fault);
  await expect(queue.enqueue(note, 1, { id: 'a' })).rejects.toMatchObject({ code });
  expect((await storage.stats()).total).toBe(left);
  await queue.enqueue(note, 1, { id: 'a' });
  expect((await storage.stats()).total).toBe(1);
  expect(faults.calls('enqueue')).toBe(2);
});

test('an error of the test’s own is what the caller gets, as many times as it was planned', async () => {
  const { faults, storage } = await setUp();
  const error = new RangeError('mine');
  faults.failNext('stats', error, 2);
  await expect(storage.stats()).rejects.toBe(error);
  await expect(storage.stats()).rejects.toBe(error);
  await expect(storage.stats()).resolves.toMatchObject({ total: 0 });
});

test('with a full disk nothing can be added or settled, and all goes on when there is room', async () => {
  const { clock, faults, queue, transport, worker } = await setUp();
  await queue.enqueue(note, 1, { id: 'a' });
  await worker.start();
  const makeRoom = faults.fillDisk();
  await clock.advance(60_000);
  await expect(queue.enqueue(note, 2)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect((await queue.stats()).total).toBe(1);
  makeRoom();
  await clock.advance(600_000);
  await worker.stop();
  expect((await queue.stats()).total).toBe(0);
  expect(transport.sent).toHaveLength(1);
});

test('a torn settlement is repeated without a second send', async () => {
  const { clock, faults, queue, transport, worker } = await setUp();
  await queue.enqueue(note, 1, { id: 'a' });
  faults.failNext('settle', 'torn');
  await worker.start();
  await clock.advance(600_000);
  await worker.stop();
  expect(faults.calls('settle')).toBeGreaterThan(1);
  expect(transport.sent).toHaveLength(1);
  expect((await queue.stats()).total).toBe(0);
});

test('a lost handle is told, fails every call, and comes back with open', async () => {
  const { faults, storage } = await setUp();
  const notices: StorageNotice[] = [];
  storage.notices.subscribe((notice) => notices.push(notice));
  faults.failNext('list', 'lost');
  await expect(storage.list()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
  await expect(storage.stats()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
  expect(notices).toMatchObject([{ kind: 'lost', failure: { code: 'STORAGE_CLOSED' } }]);
  await storage.open();
  await expect(storage.stats()).resolves.toMatchObject({ total: 0 });
});

test('a slow storage takes its time on the clock, and no longer when told so', async () => {
  const { clock, faults, storage } = await setUp();
  faults.slowDown(5_000, clock);
  let isDone = false;
  const reading = storage.stats().then(() => (isDone = true));
  await clock.advance(4_999);
  expect(isDone).toBe(false);
  await clock.advance(1);
  expect(isDone).toBe(true);
  await reading;
  faults.slowDown(0, clock);
  await storage.stats();
});

test('a call that is held waits, and its effect comes when it is let go', async () => {
  const { clock, faults, queue, storage } = await setUp();
  const letGo = faults.hold('enqueue');
  const enqueued = queue.enqueue(note, 1);
  await clock.advance(0);
  expect((await storage.stats()).total).toBe(0);
  letGo();
  await enqueued;
  expect((await storage.stats()).total).toBe(1);
});
