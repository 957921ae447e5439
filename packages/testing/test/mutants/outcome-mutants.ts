import type { OutcomeRecord } from '@cpc/sync-core';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { ModelQueueStorage } from '../../src/conformance/model/model-queue-storage.js';
import { type Mutant, mutant, onSettle } from './mutant.js';

/** Keeps outcomes wrongly, at the latest when it is asked. */
function keeping(name: string, change: (outcomes: readonly OutcomeRecord[]) => OutcomeRecord[]): Mutant {
  return mutant(name, (real, data) => ({
    outcomes: (query) => {
      data.outcomes = change(data.outcomes);
      return real.outcomes(query);
    },
    outcomeOf: (id) => {
      data.outcomes = change(data.outcomes);
      return real.outcomeOf(id);
    },
  }));
}

/** Keeps no outcome of one of its methods. */
function silent(data: ModelQueueData, step: () => Promise<unknown>): Promise<never> {
  const before = [...data.outcomes];
  return step().finally(() => {
    data.outcomes = before;
  }) as Promise<never>;
}

export const outcomeMutants: readonly Mutant[] = [
  onSettle('settlements keep no outcome', ({ outcome: _, ...one }) => one),
  mutant('enqueue keeps no outcome', (real, data) => ({
    enqueue: (...args) => silent(data, () => real.enqueue(...args)),
  })),
  mutant('discard keeps no outcome', (real, data) => ({
    discard: (...args) => silent(data, () => real.discard(...args)),
  })),
  mutant('replace keeps no outcome', (real, data) => ({
    replace: (...args) => silent(data, () => real.replace(...args)),
  })),
  keeping('results are not kept', (all) => all.map(({ result: _, ...one }) => one)),
  keeping('outcomes are kept in the wrong order', (all) =>
    [...all].sort((a, b) => (a.id < b.id ? -1 : 1)).map((one, at) => ({ ...one, sequence: at + 1 })),
  ),
  keeping('only the latest thousand outcomes are kept', (all) => all.slice(-1000)),
  mutant('outcomes of stale settlements are kept', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      for (const [at, { id, outcome }] of settlements.entries())
        if (results[at] === 'stale' && outcome !== undefined)
          data.outcomes = [...data.outcomes, { ...outcome, id, sequence: data.outcomes.length + 1 }];
      return results;
    },
  })),
  mutant('the first outcome of an id counts', (_real, data) => ({
    outcomeOf: (id) => Promise.resolve(data.outcomes.find((one) => one.id === id)),
  })),
  mutant('pages of outcomes begin at the oldest', (real) => ({
    outcomes: ({ after = 0, limit = 100 } = {}) =>
      real.outcomes({ limit: after > 0 ? limit + after : limit }),
  })),
  mutant('an empty page of outcomes does not tell the last', (real) => ({
    outcomes: async (query) => {
      const page = await real.outcomes(query);
      return page.items.length === 0 ? { ...page, last: query?.after ?? 0 } : page;
    },
  })),
  mutant('outcomes are lost with the process', (real, data) => ({
    open: () => {
      data.outcomes = [];
      return real.open();
    },
  })),
  {
    name: 'each instance keeps outcomes of its own',
    make: (data) => {
      const own = new ModelQueueStorage(data);
      Object.defineProperty(own, 'data', { value: Object.assign(Object.create(data), { outcomes: [] }) });
      return own;
    },
  },
  mutant('outcomes of a refused batch are kept', (real, data) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(batches, rules);
      for (const [at, result] of results.entries())
        if (!result.ok)
          for (const { id, kind } of batches[at] ?? [])
            data.outcomes = [
              ...data.outcomes,
              { id, kind, outcome: 'cancelled', sequence: data.outcomes.length + 1 },
            ];
      return results;
    },
  })),
];
