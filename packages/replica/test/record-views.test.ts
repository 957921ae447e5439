import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import type { RecordView } from '../src/index.js';
import { unreachable } from './feed-model.js';
import { add, type Counter, viewsRig } from './views-rig.js';

const REFUSED = { kind: 'rejected', reason: { code: 'NO', message: 'Not this.', status: 422 } } as const;

describe('what the person sees', () => {
  test('goes from old to new, and never back, whenever the copy hears of it', async () => {
    const rig = await viewsRig();
    const { clock, feed, queue, worker } = rig;
    rig.addElsewhere('counters/a', 10);
    await clock.advance(0);
    const frames = rig.shownOf('counters/a');
    await clock.advance(0);
    // The copy does not hear of the change for a while.
    feed.failures.push(unreachable(), unreachable(), unreachable());
    await queue.enqueue(add, { counter: 'counters/a', by: 5 });
    await worker.start();
    await clock.advance(10_000);
    await clock.advance(60_000);
    expect(rig.server.get('counters/a')).toBe(15);
    expect(await rig.shown('counters')).toEqual({ 'counters/a': { total: 15 } });
    expect(frames).toEqual([10, 15]);
    await rig.close();
  });

  test('holds an addition once, at every moment, over many histories', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new SeededRandom(seed);
      const rig = await viewsRig(seed);
      const { clock, feed, queue, worker } = rig;
      feed.pageSize = 1 + random.below(3);
      await worker.start();
      const frames = rig.shownOf('counters/a');
      for (let step = 0; step < 25; step++) {
        if (random.chance(0.5)) await queue.enqueue(add, { counter: 'counters/a', by: 1 + random.below(9) });
        if (random.chance(0.3)) rig.addElsewhere('counters/a', 1 + random.below(9));
        if (random.chance(0.3)) rig.addElsewhere('counters/b', 1);
        if (random.chance(0.2)) feed.failures.push(unreachable());
        const outages = random.chance(0.2) ? 1 + random.below(3) : 0;
        let left = outages;
        rig.judge = () =>
          left-- > 0 ? { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: 'No answer.' } } : undefined;
        await clock.advance(random.below(4_000));
      }
      rig.judge = () => undefined;
      for (let minute = 0; minute < 10; minute++) await clock.advance(60_000);
      const numbers = frames.filter((value) => value !== undefined);
      expect({ seed, goesBack: numbers.filter((value, at) => value < (numbers[at - 1] ?? 0)) }).toEqual({
        seed,
        goesBack: [],
      });
      expect(numbers.at(-1)).toBe(rig.server.get('counters/a'));
      await rig.close();
    }
  });

  test('ends as the server has it, also where acknowledgements tell no position', async () => {
    const rig = await viewsRig();
    rig.tellsPositions = false;
    const { clock, queue, worker } = rig;
    const frames = rig.shownOf('counters/a');
    await worker.start();
    await queue.enqueue(add, { counter: 'counters/a', by: 5 });
    await clock.advance(5_000);
    expect(frames.at(-1)).toBe(5);
    expect(frames).not.toContain(0);
    await rig.close();
  });

  test('shows what was refused, marked, until somebody decides', async () => {
    const rig = await viewsRig();
    const { clock, queue, worker } = rig;
    rig.addElsewhere('counters/a', 10);
    rig.judge = () => REFUSED;
    let shown: readonly RecordView<Counter>[] = [];
    rig.views.records$<Counter>({ collection: 'counters' }).subscribe((records) => (shown = records));
    const seen = (): unknown => shown.map(({ entity, value, state, failure }) => [entity, value.total, state, failure?.code]);
    const { id } = await queue.enqueue(add, { counter: 'counters/a', by: 5 });
    const created = await queue.enqueue(add, { counter: 'counters/new', by: 7 });
    await clock.advance(0);
    expect(seen()).toEqual([
      ['counters/a', 15, 'pending', undefined],
      ['counters/new', 7, 'pending', undefined],
    ]);
    await worker.start();
    await clock.advance(0);
    expect(seen()).toEqual([
      ['counters/a', 10, 'failed', 'NO'],
      ['counters/new', 7, 'failed', 'NO'],
    ]);
    await queue.discard(id);
    await queue.discard(created.id);
    await clock.advance(0);
    expect(seen()).toEqual([['counters/a', 10, 'synced', undefined]]);
    await rig.close();
  });

  test('holds what was created offline, in the order and within the limit of the list', async () => {
    const rig = await viewsRig();
    const { clock, queue } = rig;
    for (const [name, by] of [['a', 3], ['b', 9], ['c', 6]] as const) rig.addElsewhere(`counters/${name}`, by);
    let shown: readonly string[] = [];
    rig.views
      .records$<Counter>({
        collection: 'counters',
        where: ({ value }) => value.total > 3,
        order: (a, b) => b.value.total - a.value.total,
        limit: 2,
      })
      .subscribe((records) => (shown = records.map(({ entity }) => entity)));
    await clock.advance(0);
    expect(shown).toEqual(['counters/b', 'counters/c']);
    await queue.enqueue(add, { counter: 'counters/new', by: 7 });
    await clock.advance(0);
    expect(shown).toEqual(['counters/b', 'counters/new']);
    await queue.enqueue(add, { counter: 'counters/a', by: 20 });
    await clock.advance(0);
    expect(shown).toEqual(['counters/a', 'counters/b']);
    await rig.close();
  });

  test('leaves nothing behind when nobody watches', async () => {
    const rig = await viewsRig();
    const subscription = rig.views.records$({ collection: 'counters' }).subscribe();
    await rig.clock.advance(0);
    subscription.unsubscribe();
    await rig.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });
});
