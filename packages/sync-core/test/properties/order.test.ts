import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryQueue } from '../../src/memory/memory-queue.js';
import { ageingRank, type RankStrategy, strictRank } from '../../src/queue/rank.js';
import { newOperation } from '../fixtures.js';
import { holds } from './runs.js';

/** What the model remembers of an operation: as little as the rules need. */
interface Modelled {
  readonly id: string;
  readonly entity: string | undefined;
  readonly rank: number;
  readonly dependsOn: readonly string[];
  dueAt: number;
  state: 'free' | 'leased' | 'held';
}

/** The rules of order in their plainest form: everything is looked for in one list, each time anew. */
class Model {
  operations: Modelled[] = [];

  find(id: string): Modelled | undefined {
    return this.operations.find((operation) => operation.id === id);
  }

  /** Those that `operation` waits for: all ahead of it in its entity, and what it depends on. */
  #waitsFor(operation: Modelled): readonly Modelled[] {
    const ahead = this.operations.slice(0, this.operations.indexOf(operation));
    return ahead.filter(
      ({ id, entity }) =>
        (entity !== undefined && entity === operation.entity) || operation.dependsOn.includes(id),
    );
  }

  effectiveRank(operation: Modelled): number {
    const waiting = this.operations.filter((other) => this.#waitsFor(other).includes(operation));
    return Math.max(operation.rank, ...waiting.map((other) => this.effectiveRank(other)));
  }

  /** The ids that a claim gives out, in order. */
  claim(now: number, limit: number): readonly string[] {
    const claimed: string[] = [];
    while (claimed.length < limit) {
      let best: Modelled | undefined;
      for (const operation of this.operations) {
        if (operation.state !== 'free' || operation.dueAt > now) continue;
        if (this.#waitsFor(operation).length > 0) continue;
        if (best === undefined || this.effectiveRank(operation) > this.effectiveRank(best)) best = operation;
      }
      if (best === undefined) break;
      best.state = 'leased';
      claimed.push(best.id);
    }
    return claimed;
  }

  remove(id: string): void {
    this.operations = this.operations.filter((operation) => operation.id !== id);
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('enqueue' as const),
      entity: fc.constantFrom(undefined, 'a', 'b', 'c'),
      rank: fc.nat({ max: 4 }),
      depends: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
      delayMs: fc.constantFrom(0, 0, 0, 5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('acknowledge' as const, 'retry' as const, 'release' as const, 'hold' as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('discard' as const, 'requeue' as const), which: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 8 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(items: readonly T[], which: number): T | undefined =>
  items[which % Math.max(1, items.length)];

/** Runs the same steps on the queue and on the model, and compares what every claim gives out. */
class Comparison {
  readonly #queue = new MemoryQueue();
  readonly #model = new Model();
  readonly #tokens = new Map<string, number>();
  #now = 1000;
  #count = 0;

  run(each: Step): void {
    if (each.do === 'enqueue') this.#enqueue(each);
    else if (each.do === 'claim') this.#claim(each.limit);
    else if (each.do === 'wait') this.#now += each.ms;
    else if (each.do === 'discard' || each.do === 'requeue') this.#repair(each.do, each.which);
    else this.#settle(each.do, each.which);
  }

  /** Lets everything that is left be delivered, and returns what cannot. */
  drain(): void {
    this.#now += 1000;
    for (const { id } of this.#model.operations) if (this.#queue.requeue([id]).length > 0) this.#free(id);
    for (const id of this.#tokens.keys()) this.#finish(id, 'acknowledge');
    for (let round = 0; round < 200 && this.#model.operations.length > 0; round++) {
      this.#claim(3);
      for (const id of this.#tokens.keys()) this.#finish(id, 'acknowledge');
    }
    expect(this.#model.operations).toEqual([]);
    expect(this.#queue.stats()).toMatchObject({ total: 0, byPriority: {} });
    expect(Object.values(this.#queue.stats().byState)).toEqual([0, 0, 0, 0, 0, 0]);
  }

  #enqueue({ entity, rank, depends, delayMs }: Extract<Step, { do: 'enqueue' }>): void {
    const id = `o${this.#count++}`;
    const other = depends === undefined ? undefined : pick(this.#model.operations, depends);
    const dependsOn = other === undefined ? [] : [other.id];
    const dueAt = delayMs === 0 ? 0 : this.#now + delayMs;
    const times = { createdAt: this.#now, scheduledAt: this.#now + delayMs };
    this.#queue.enqueue([[newOperation(id, { entity, rank, dependsOn, ...times })]]);
    this.#model.operations.push({ id, entity, rank, dependsOn, dueAt, state: 'free' });
  }

  #claim(limit: number): void {
    const { token, operations } = this.#queue.claim({ now: this.#now, limit, leaseMs: 1e9 });
    const ids = operations.map(({ id }) => id);
    expect(ids).toEqual(this.#model.claim(this.#now, limit));
    for (const id of ids) this.#tokens.set(id, token);
  }

  #settle(how: 'acknowledge' | 'retry' | 'release' | 'hold', which: number): void {
    const id = pick([...this.#tokens.keys()], which);
    if (id !== undefined) this.#finish(id, how);
  }

  #finish(id: string, how: 'acknowledge' | 'retry' | 'release' | 'hold'): void {
    const token = this.#tokens.get(id)!;
    this.#tokens.delete(id);
    const modelled = this.#model.find(id)!;
    modelled.state = how === 'hold' ? 'held' : 'free';
    modelled.dueAt = how === 'retry' ? this.#now + 3 : 0;
    if (how === 'acknowledge') this.#model.remove(id);
    const failure = { code: 'X', message: 'x' };
    const settlement = {
      acknowledge: { id, kind: 'remove' },
      retry: { id, kind: 'reschedule', dueAt: this.#now + 3, delayMs: 3, counts: true },
      release: { id, kind: 'release', sent: true },
      hold: { id, kind: 'hold', state: 'deadLetter', failure, counts: true },
    } as const;
    expect(this.#queue.settle(token, [settlement[how]])).toEqual(['settled']);
  }

  #repair(how: 'discard' | 'requeue', which: number): void {
    const id = pick(this.#model.operations, which)?.id;
    if (id === undefined) return;
    if (how === 'discard') {
      if (this.#queue.discard([id]).length > 0) this.#model.remove(id);
    } else if (this.#queue.requeue([id]).length > 0) {
      this.#free(id);
    }
  }

  #free(id: string): void {
    Object.assign(this.#model.find(id)!, { state: 'free', dueAt: 0 });
  }
}

test('every claim follows order, priority and inheritance, and everything is delivered once', () =>
  holds(
    'orderPriorityInheritance',
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const comparison = new Comparison();
      for (const each of steps) comparison.run(each);
      comparison.drain();
    }),
  ));

const times = fc.array(fc.record({ priority: fc.nat({ max: 100 }), createdAt: fc.nat({ max: 50_000 }) }));

const strategies: readonly RankStrategy[] = [strictRank, ageingRank(1), ageingRank(500), ageingRank(100_000)];

test('independent operations go by rank, then in the order of their coming', () =>
  holds(
    'strictAndAgeingRank',
    fc.property(
      times,
      fc.constantFrom(...strategies),
      fc.integer({ min: 1, max: 5 }),
      (given, rank, limit) => {
        const queue = new MemoryQueue();
        const all = given.map((each, at) => ({ ...each, id: `${at}`, rank: rank(each) }));
        queue.enqueue([
          all.map(({ id, ...each }) => newOperation(id, { ...each, scheduledAt: each.createdAt })),
        ]);
        const expected = all
          .toSorted((a, b) => b.rank - a.rank || Number(a.id) - Number(b.id))
          .map(({ id }) => id);
        const claimed: string[] = [];
        for (let at = 0; at < given.length; at += limit) {
          const { operations } = queue.claim({ now: 60_000, limit, leaseMs: 1000 });
          claimed.push(...operations.map(({ id }) => id));
        }
        expect(claimed).toEqual(expected);
      },
    ),
  ));
