import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { type RecordView, RecordViews, type ViewQueue } from '../src/index.js';
import { unreachable } from './feed-model.js';
import { add, type Counter, NO_ANSWER, type ViewsTab, viewsRig } from './views-rig.js';

/** How many histories are tried, each from its own seed; more with `CPC_REPLICA_HISTORIES`. */
const HISTORIES = Number(process.env['CPC_REPLICA_HISTORIES'] ?? 6);

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

  test.each([
    ['tell', true],
    ['do not tell', false],
  ])(
    'holds an addition once, at every moment, in every tab, where acknowledgements %s positions',
    async (_, tellsPositions) => {
      for (let seed = 1; seed <= HISTORIES; seed++) {
        const random = new SeededRandom(seed);
        const rig = await viewsRig(seed, 1 + random.below(3));
        rig.tellsPositions = tellsPositions;
        const { clock, feed, tabs, server } = rig;
        feed.pageSize = 1 + random.below(3);
        let enqueued = 0;
        let elsewhere = 0;
        const jumps: string[] = [];
        for (const [at, { worker, views }] of tabs.entries()) {
          await worker.start();
          let before = 0;
          views.record$<Counter>('counters/a').subscribe((record) => {
            const total = record?.value.total ?? 0;
            if (total < before) jumps.push(`tab ${at} goes back from ${before} to ${total}`);
            // Whatever was enqueued, here or elsewhere, there is no more of it than that.
            if (total > enqueued + elsewhere)
              jumps.push(`tab ${at} shows ${total} of ${enqueued + elsewhere}`);
            before = total;
          });
        }
        for (let step = 0; step < 25; step++) {
          if (random.chance(0.5)) {
            const by = 1 + random.below(9);
            enqueued += by;
            const { queue } = tabs[random.below(tabs.length)] as ViewsTab;
            await queue.enqueue(add, { counter: 'counters/a', by });
          }
          if (random.chance(0.3)) {
            const by = 1 + random.below(9);
            elsewhere += by;
            rig.addElsewhere('counters/a', by);
          }
          if (random.chance(0.3)) rig.addElsewhere('counters/b', 1);
          if (random.chance(0.2)) feed.failures.push(unreachable());
          rig.lostAnswers = random.chance(0.2) ? 1 + random.below(2) : 0;
          let refusals = random.chance(0.2) ? 1 + random.below(3) : 0;
          rig.judge = () => (refusals-- > 0 ? NO_ANSWER : undefined);
          await clock.advance(random.below(4_000));
        }
        rig.judge = () => undefined;
        rig.lostAnswers = 0;
        await clock.advance(240_000);
        expect({ seed, jumps }).toEqual({ seed, jumps: [] });
        expect(server.get('counters/a') ?? 0).toBe(enqueued + elsewhere);
        for (const { shownOf } of tabs) {
          const frames = shownOf('counters/a');
          await clock.advance(0);
          expect({ seed, shown: frames.at(-1) }).toEqual({ seed, shown: server.get('counters/a') });
        }
        await rig.close();
      }
    },
    600_000,
  );

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

  test('keeps what was delivered over a copy that nobody follows, until it is followed again', async () => {
    const rig = await viewsRig();
    rig.tellsPositions = false;
    const { clock, queue, worker, replica } = rig;
    rig.addElsewhere('counters/a', 10);
    await clock.advance(0);
    const frames = rig.shownOf('counters/a');
    await clock.advance(0);
    await replica.stop();
    await queue.enqueue(add, { counter: 'counters/a', by: 5 });
    await worker.start();
    await clock.advance(5_000);
    expect(rig.server.get('counters/a')).toBe(15);
    expect(await rig.shown('counters')).toEqual({ 'counters/a': { total: 10 } });
    expect(frames).toEqual([10, 15]);
    await replica.start();
    await clock.advance(5_000);
    expect(await rig.shown('counters')).toEqual({ 'counters/a': { total: 15 } });
    rig.addElsewhere('counters/a', 1);
    await clock.advance(5_000);
    expect(frames).toEqual([10, 15, 16]);
    await rig.close();
  });

  test('shows what was refused, marked, until somebody decides', async () => {
    const rig = await viewsRig();
    const { clock, queue, worker } = rig;
    rig.addElsewhere('counters/a', 10);
    rig.judge = () => REFUSED;
    let shown: readonly RecordView<Counter>[] = [];
    rig.views.records$<Counter>({ collection: 'counters' }).subscribe((records) => (shown = records));
    const seen = (): unknown =>
      shown.map(({ entity, value, state, failure }) => [entity, value.total, state, failure?.code]);
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
    for (const [name, by] of [
      ['a', 3],
      ['b', 9],
      ['c', 6],
    ] as const)
      rig.addElsewhere(`counters/${name}`, by);
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

  test('shows what moved while the queue could not be read, as soon as it can', async () => {
    const rig = await viewsRig();
    const { clock, queue, replica } = rig;
    let failures = 0;
    const flaky: ViewQueue = {
      events$: queue.events$,
      changes$: queue.changes$,
      outcomes: (query) => queue.outcomes(query),
      list: (query) =>
        failures-- > 0 ? Promise.reject(new Error('The storage is busy.')) : queue.list(query),
    };
    const views = new RecordViews({ replica, queue: flaky, effectOf: () => undefined });
    const told: string[] = [];
    views.failures$.subscribe(({ code }) => told.push(code));
    let shown: unknown;
    rig.addElsewhere('counters/a', 1);
    await clock.advance(0);
    views.record$<Counter>('counters/a').subscribe((record) => (shown = record?.value.total));
    await clock.advance(0);
    expect(shown).toBe(1);
    failures = 1;
    rig.addElsewhere('counters/a', 1);
    await clock.advance(0);
    await clock.advance(1_000);
    // Something else moves, and nothing of the record.
    rig.addElsewhere('counters/b', 1);
    await clock.advance(0);
    expect(told).toEqual(['STORAGE_FAILED']);
    expect(shown).toBe(2);
    views.close();
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
