import { expect, test } from '@jest/globals';
import { FakeTransport, openQueue, REJECTED, settled } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { QueuedOperation } from '../operation/to-operation.js';
import { project } from './pending.js';
import { processQueue } from '../worker/process-queue.js';
import { contextOf } from '../queue/queue-context.js';

const setTitle = defineOperation<string>('title', { entity: () => 'page' });
const other = defineOperation<string>('other', { entity: () => 'other' });

/** What a page shows: the title of the server with what the person did laid over it. */
const show = (pending: readonly QueuedOperation[]): string =>
  project('from the server', pending, (_, operation) => operation.payload as string);

async function page() {
  const opened = await openQueue([setTitle, other]);
  const shown: string[] = [];
  const subscription = opened.queue.pending$('page').subscribe((pending) => shown.push(show(pending)));
  await settled();
  return { ...opened, shown, subscription };
}

test('shows what the person did, and takes it back when the server refuses', async () => {
  const { queue, transport, shown } = await page();
  await queue.enqueue(setTitle, 'mine', { id: 'a' });
  await settled();
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  await settled();
  const changes = shown.filter((title, at) => title !== shown[at - 1]);
  expect(changes).toEqual(['from the server', 'mine', 'from the server']);
  expect((await queue.stats()).byState.deadLetter).toBe(1);
});

test('shows it again when the person tries again', async () => {
  const { queue, transport, shown } = await page();
  await queue.enqueue(setTitle, 'mine', { id: 'a' });
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  await settled();
  await queue.retry('a');
  await settled();
  expect(shown.at(-1)).toBe('mine');
  await queue.edit('a', 'better');
  await settled();
  expect(shown.at(-1)).toBe('better');
});

test('lays several over each other in order, and lets go of each as it is delivered', async () => {
  const { queue, shown } = await page();
  await queue.enqueue(setTitle, 'first');
  await queue.enqueue(setTitle, 'second');
  await settled();
  expect(shown.at(-1)).toBe('second');
  const transport = new FakeTransport();
  await processQueue(queue, transport);
  await settled();
  expect(shown.at(-1)).toBe('from the server');
});

test('lists everything that is pending, page by page', async () => {
  const { queue } = await page();
  for (let at = 0; at < 250; at++) await queue.enqueue(setTitle, `${at}`);
  let pending: readonly QueuedOperation[] = [];
  queue.pending$('page').subscribe((found) => (pending = found));
  await settled();
  expect(pending.map(({ payload }) => payload)).toEqual(Array.from({ length: 250 }, (_, at) => `${at}`));
});

test('says nothing about other entities', async () => {
  const { queue, shown } = await page();
  await queue.enqueue(other, 'x');
  queue.signIn('anna');
  await settled();
  expect(shown).toEqual(['from the server']);
});

test('changes at the same moment are one look, and a change during a look another one', async () => {
  const { queue, shown } = await page();
  const items = Array.from({ length: 20 }, (_, at) => ({ operation: setTitle, payload: `${at}` }));
  await queue.enqueueAll(items);
  await settled();
  expect(shown.at(-1)).toBe('19');
  expect(shown.length).toBeLessThanOrEqual(4);
});

test('says nothing after it was unsubscribed', async () => {
  const { queue, shown, subscription } = await page();
  subscription.unsubscribe();
  await queue.enqueue(setTitle, 'mine');
  await settled();
  expect(shown).toEqual(['from the server']);
  expect(contextOf(queue).refreshers.size).toBe(0);
});

test('a storage that fails is an event, and the next change is shown', async () => {
  const { queue, storage, events, shown } = await page();
  await queue.enqueue(setTitle, 'mine');
  await settled();
  await storage.close();
  contextOf(queue).hub.emit({ type: 'released', id: 'x', kind: 'title', entity: 'page' });
  await settled();
  expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'STORAGE_CLOSED' } });
  await queue.open();
  await settled();
  expect(shown.at(-1)).toBe('mine');
});
