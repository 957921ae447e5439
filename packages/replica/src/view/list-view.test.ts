import { SeededRandom } from '@cpc/sync-core/deterministic';
import { expect, test } from '@jest/globals';
import { ListView, type ListViewOptions } from './list-view.js';
import type { RecordView } from './record-view.js';

const record = (at: number, value: number): RecordView<number> => ({
  entity: `orders/${at}`,
  value,
  state: 'synced',
  operations: [],
});

const options: ListViewOptions<number> = {
  where: ({ value }) => value % 3 !== 0,
  order: (a, b) => b.value - a.value,
  limit: 7,
};

test('a list that is changed step by step is the one that is made anew, whatever changes', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new SeededRandom(seed);
    const all = new Map(
      Array.from({ length: 40 }, (_, at) => [`orders/${at}`, record(at, random.below(30))]),
    );
    const list = new ListView(options);
    list.fill(all.values());
    for (let step = 0; step < 40; step++) {
      const changed = new Map<string, RecordView<number> | undefined>();
      for (let left = random.chance(0.1) ? 30 : 1 + random.below(3); left > 0; left--) {
        const at = random.below(60);
        changed.set(`orders/${at}`, random.chance(0.3) ? undefined : record(at, random.below(30)));
      }
      for (const [entity, one] of changed) {
        if (one === undefined) all.delete(entity);
        else all.set(entity, one);
      }
      list.change(changed);
      const anew = new ListView(options);
      anew.fill(all.values());
      expect(list.records).toEqual(anew.records);
    }
  }
});

test('a list holds no more than its limit, and moves up what comes next', () => {
  const list = new ListView({
    where: undefined,
    order: (a, b) => Number(a.value) - Number(b.value),
    limit: 2,
  });
  list.fill([record(1, 1), record(2, 2), record(3, 3)]);
  expect(list.records.map(({ value }) => value)).toEqual([1, 2]);
  list.change(new Map([['orders/1', undefined]]));
  expect(list.records.map(({ value }) => value)).toEqual([2, 3]);
});
