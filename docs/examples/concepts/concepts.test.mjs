import { expect, test } from '@jest/globals';
import { MemoryQueueStorage, processQueue, SyncQueue } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { firstValueFrom, skipWhile } from 'rxjs';
import { sell } from '../operations.js';
import { addNote, countView, pay, placeOrder, setCurrency } from './definitions.js';
import { catchUp } from './outcomes.js';
import { stockSeen } from './optimistic.js';
import { tell } from './seeing.js';

async function openQueue(operations) {
  const clock = new ManualClock();
  const queue = new SyncQueue({ storage: new MemoryQueueStorage(), clock }, { operations });
  await queue.open();
  return { queue, clock };
}

/** Acknowledges, or refuses what has a `reason`; keeps what it was sent. */
function server(reason) {
  const sent = [];
  const send = async (operations) =>
    operations.map(({ kind, payload }) => {
      sent.push({ kind, payload });
      if (reason !== undefined) return { kind: 'rejected', reason: { code: 'NO', message: reason } };
      return { kind: 'acknowledged', result: { number: 'order-42' } };
    });
  return { transport: { send }, sent };
}

test('payments go before the rest, and a dial that was turned thrice is one request', async () => {
  const { queue } = await openQueue([pay, setCurrency, placeOrder, addNote, countView]);
  await queue.enqueue(countView, { page: 'stalls' });
  for (const code of ['EUR', 'CHF', 'BTC']) await queue.enqueue(setCurrency, { user: 'ann', code });
  await queue.enqueue(pay, { account: 1, cents: 500 });
  const { transport, sent } = server();
  await processQueue(queue, transport);
  expect(sent).toEqual([
    { kind: 'payment.take', payload: { account: 1, cents: 500 } },
    { kind: 'preferences.setCurrency', payload: { user: 'ann', code: 'BTC' } },
    { kind: 'page.view', payload: { page: 'stalls' } },
  ]);
});

test('a note on an order that the server did not know yet carries the server’s number', async () => {
  const { queue } = await openQueue([placeOrder, addNote]);
  const { id } = await queue.enqueue(placeOrder, { order: 'new', item: 'apples' });
  await queue.enqueue(addNote, { order: id, text: 'ripe ones' });
  const { transport, sent } = server();
  await processQueue(queue, transport);
  expect(sent[1]).toEqual({ kind: 'order.addNote', payload: { order: 'order-42', text: 'ripe ones' } });
});

test('what is worth nothing any more is not sent', async () => {
  const { queue, clock } = await openQueue([countView]);
  await queue.enqueue(countView, { page: 'stalls' });
  await clock.advance(3_600_001);
  const { transport, sent } = server();
  await processQueue(queue, transport);
  expect(sent).toEqual([]);
  expect((await queue.stats()).total).toBe(0);
});

test('a page shows the stock with the waiting sales taken off, and takes it back when one is refused', async () => {
  const { queue } = await openQueue([sell]);
  const stock = stockSeen(queue, 7, { apples: 10 });
  await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  expect(await firstValueFrom(stock)).toEqual({ apples: 7 });
  await processQueue(queue, server('No apples left.').transport);
  const after = stock.pipe(skipWhile(({ apples }) => apples !== 10));
  expect(await firstValueFrom(after)).toEqual({ apples: 10 });
});

test('a page tells what becomes of an operation', async () => {
  const { queue } = await openQueue([sell]);
  const shown = [];
  const { id } = await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  await tell(queue, id, (text) => shown.push(text));
  await processQueue(queue, server('No apples left.').transport);
  expect(shown).toContain('waiting');
  expect(shown).toContain('No worker is running. Call start() on one.');
  expect(shown).toContain('Not taken: No apples left.');
});

test('an app that was away reads what became of operations, from where it was', async () => {
  const { queue } = await openQueue([sell]);
  await queue.enqueue(sell, { stall: 7, item: 'apples', kilos: 3 });
  await processQueue(queue, server().transport);
  const shown = [];
  const show = (...words) => shown.push(words);
  const position = await catchUp(queue, 0, show);
  expect(await catchUp(queue, position, show)).toBe(1);
  expect(shown).toEqual([['stall.sell: acknowledged', { number: 'order-42' }]]);
});
