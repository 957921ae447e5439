import { expect, test } from '@jest/globals';
import { openQueue, REJECTED, settled, typesOf } from '../../test/fixtures.js';
import { serverWins } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import { processQueue } from '../worker/process-queue.js';

const create = defineOperation<{ name: string }>('order.create', {
  assignedId: (result) => (result as { id?: string } | undefined)?.id,
  conflict: serverWins,
});
const addLine = defineOperation<{ order: string; text: string }>('line.add', {
  entity: ({ order }) => `lines/${order}`,
  references: ['/order'],
});
const note = defineOperation<{ order: string }>('order.note', { references: ['/order'] });
const all = [create, addLine, note];

/** An order and two changes of other entities that refer to it. */
async function openOrder() {
  const opened = await openQueue(all);
  const { queue } = opened;
  const { id } = await queue.enqueue(create, { name: 'new' }, { id: 'order' });
  await queue.enqueue(addLine, { order: id, text: 'tea' }, { id: 'line' });
  await queue.enqueue(note, { order: id }, { id: 'note' });
  return opened;
}

type Opened = Awaited<ReturnType<typeof openOrder>>;

const waysToEnd: Readonly<Record<string, (opened: Opened) => Promise<unknown>>> = {
  'refused, then discarded': async ({ queue, transport }) => {
    transport.answer(REJECTED);
    await processQueue(queue, transport);
    await queue.discard('order');
  },
  'discarded before it was sent': ({ queue }) => queue.discard('order'),
  'edited, then discarded': async ({ queue }) => queue.discard(await queue.edit('order', { name: 'other' })),
  'answered with the server’s version': async ({ queue, transport }) => {
    transport.answer({ kind: 'conflict', remote: { value: {} } });
    await processQueue(queue, transport);
  },
};

test.each(Object.keys(waysToEnd))(
  'a create that is %s: nothing goes out with its temporary id',
  async (way) => {
    const opened = await openOrder();
    const { queue, transport, events } = opened;
    await waysToEnd[way]?.(opened);
    await queue.enqueue(addLine, { order: 'order', text: 'milk' }, { id: 'late' });
    await processQueue(queue, transport);
    await settled();
    const referring = transport.sent.filter(({ kind }) => kind !== 'order.create');
    expect(referring).toEqual([]);
    for (const id of ['line', 'note', 'late']) {
      const failure = { code: 'REFERENCE_ENDED', details: { id: 'order' } };
      expect(await queue.get(id)).toMatchObject({ state: 'parked', failure });
      expect(events.find((event) => event.type === 'parked' && event.id === id)).toMatchObject({ failure });
      expect(await queue.explain(id)).toMatchObject({ waitsFor: 'decision' });
    }
    expect(await queue.pending('lines/order')).toEqual([]);
  },
);

test('a create that expires parks what refers to it', async () => {
  const { queue, transport, clock } = await openQueue(all);
  await queue.enqueue(create, { name: 'new' }, { id: 'order', expiresAt: clock.now() + 1000 });
  await queue.enqueue(note, { order: 'order' }, { id: 'note' });
  await clock.advance(1000);
  await processQueue(queue, transport);
  expect(transport.sent).toEqual([]);
  expect(await queue.get('note')).toMatchObject({ state: 'parked', failure: { code: 'REFERENCE_ENDED' } });
});

test('a receipt says that what is enqueued late is parked', async () => {
  const { queue, events } = await openOrder();
  await queue.discard('order');
  const receipt = await queue.enqueue(note, { order: 'order' }, { id: 'late' });
  expect(receipt).toMatchObject({ outcome: 'enqueued', parked: { code: 'REFERENCE_ENDED' } });
  await settled();
  expect(typesOf(events).slice(-2)).toEqual(['enqueued', 'parked']);
});

test('a retry of what refers to it is refused, and an edit lets it go', async () => {
  const { queue, transport } = await openOrder();
  await queue.discard('order');
  await expect(queue.retry('note')).rejects.toMatchObject({ code: 'OPERATION_NOT_AVAILABLE' });
  await queue.edit('note', { order: '42' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ order: '42' }]);
});

test('discard gives up all that follows, where it is told to, and tells each', async () => {
  const { queue, transport, events } = await openOrder();
  await queue.enqueue(addLine, { order: 'order', text: 'behind' }, { id: 'behind' });
  await queue.enqueue(create, { name: 'other' }, { id: 'other' });
  const gone = await queue.discard('order', { withFollowers: true });
  expect(gone.map(({ id }) => id)).toEqual(['order', 'line', 'note', 'behind']);
  expect(gone[1]?.payload).toEqual({ order: 'order', text: 'tea' });
  expect(events.slice(-4)).toMatchObject(
    ['order', 'line', 'note', 'behind'].map((id) => ({ type: 'discarded', id })),
  );
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ name: 'other' }]);
});
