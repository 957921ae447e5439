import { afterEach, describe, expect, test } from '@jest/globals';
import { MemoryReplicaStore, type RecordView, type RecordViews } from '../src/index.js';
import { CHANNEL, type Device, type Market, openMarket, rename } from './market.js';

/** What people meet when they read, against the real server kit. */

interface Stall {
  readonly name: string;
}

let market: Market;
afterEach(() => market.close());

/** Every different name that is shown, in order. */
function namesOf(views: RecordViews, stall: string): (string | undefined)[] {
  const shown: (string | undefined)[] = [];
  views.record$<Stall>(stall).subscribe((record: RecordView<Stall> | undefined) => {
    const name = record?.value.name;
    if (shown.length === 0 || shown.at(-1) !== name) shown.push(name);
  });
  return shown;
}

const put = (entity: string, name: string) => ({ channel: CHANNEL, entity, value: { name } });

test('a value that takes 300 ms to read goes from old to new, and never back (03)', async () => {
  market = await openMarket();
  market.change(put('stalls/1', 'old'));
  const { views, queue, worker, replica, events } = await market.open();
  await market.run(0);
  const shown = namesOf(views, 'stalls/1');
  await market.run(0);
  expect(shown).toEqual(['old']);
  market.pullMs = 300;
  await worker.start();
  await queue.enqueue(rename, { stall: 'stalls/1', name: 'new' });
  await market.run(250);
  expect(events.filter(({ type }) => type === 'acknowledged')).toMatchObject([{ position: '2@market' }]);
  // Delivered, and the copy does not have it yet.
  expect(await replica.store.get('stalls/1')).toMatchObject({ value: { name: 'old' } });
  await market.run(2_000);
  expect(shown).toEqual(['old', 'new']);
});

describe('two or three tabs on one queue (02)', () => {
  test.each([2, 3])('of %i, the first learns of 20 changes, and shows no jump back', async (count) => {
    market = await openMarket();
    market.change(put('stalls/1', 'old'));
    const tabs: Device[] = [];
    for (let at = 0; at < count; at++) tabs.push(await market.open());
    const [{ views, queue, events }] = tabs as [Device];
    await market.run(0);
    const shown = namesOf(views, 'stalls/1');
    await market.run(0);
    market.pullMs = 300;
    for (const { worker } of tabs) await worker.start();
    const learnt: unknown[] = [];
    const names = Array.from({ length: 20 }, (_, at) => `name ${at}`);
    for (const name of names) {
      const { id } = await queue.enqueue(rename, { stall: 'stalls/1', name });
      queue.watch(id).subscribe(({ state, result }) => {
        if (state === 'acknowledged') learnt.push(result);
      });
      await market.run(100);
    }
    await market.run(2_000);
    expect(learnt).toEqual(names.map((told) => ({ told })));
    expect(events.filter(({ type }) => type === 'acknowledged')).toHaveLength(20);
    expect(shown).toEqual(['old', ...names]);
  });
});

describe('relations in a pull (16)', () => {
  test.each([1, 100])('with pages of %i, a child is never seen without its parent', async (pageSize) => {
    market = await openMarket();
    market.change(put('parents/1', 'v1'));
    market.change(put('children/1', 'of parents/1'));
    market.change(put('parents/1', 'v2'));
    const store = new MemoryReplicaStore();
    const seen: string[] = [];
    store.notices.subscribe(() => {
      void (async () => {
        const [child, parent] = [await store.get('children/1'), await store.get('parents/1')];
        seen.push(`${child === undefined ? 'no' : 'a'} child, ${parent === undefined ? 'no' : 'a'} parent`);
      })();
    });
    await market.open({ pageSize, store });
    await market.run(0);
    expect(await store.get('children/1')).toBeDefined();
    expect(new Set(seen)).not.toContain('a child, no parent');
  });

  test.each([1, 100])(
    'with pages of %i, what one transaction changed is never seen apart',
    async (pageSize) => {
      market = await openMarket();
      market.change(put('accounts/1', '100'), put('accounts/2', '0'));
      const { views } = await market.open({ pageSize });
      const sums = new Set<number>();
      views
        .records$<Stall>({ collection: 'accounts' })
        .subscribe(
          (records) => void sums.add(records.reduce((sum, { value }) => sum + Number(value.name), 0)),
        );
      await market.run(0);
      for (const [one, two] of [
        ['70', '30'],
        ['25', '75'],
      ] as const) {
        market.change(put('accounts/1', one), put('accounts/2', two));
        await market.run(0);
      }
      expect([...sums].filter((sum) => sum !== 0)).toEqual([100]);
    },
  );
});

test('a record that moves to a channel that may not be pulled is gone (23)', async () => {
  market = await openMarket();
  market.change(put('stalls/1', 'mine'), put('stalls/2', 'stays'));
  const { views } = await market.open();
  let shown: readonly string[] = [];
  views
    .records$<Stall>({ collection: 'stalls' })
    .subscribe((records) => (shown = records.map(({ entity }) => entity)));
  await market.run(0);
  expect(shown).toEqual(['stalls/1', 'stalls/2']);
  // What the guide asks of a handler: it records that the record leaves the one channel, and that it is in the other.
  market.change(
    { channel: CHANNEL, entity: 'stalls/1', deleted: true },
    { channel: 'other', entity: 'stalls/1', value: { name: 'theirs' } },
  );
  await market.run(0);
  expect(shown).toEqual(['stalls/2']);
});
