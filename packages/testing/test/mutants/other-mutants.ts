import { mapEntries, type Mutant, mutant } from './mutant.js';
import { ModelQueueStorage } from '../../src/conformance/model/model-queue-storage.js';

export const otherMutants: readonly Mutant[] = [
  mutant('get finds something for every id', (real) => ({
    get: async (id) => (await real.get(id)) ?? (await real.list()).items[0],
  })),
  mutant('get hands out what the queue holds', (real, data) => ({
    get: async (id) => {
      const found = await real.get(id);
      const held = data.entries.find(({ operation }) => operation.id === id);
      return found && { ...found, ...held?.operation, failure: held?.failure };
    },
  })),
  mutant('a settlement keeps the very failure that it was given', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      const holds = new Map(
        settlements.flatMap((one) => (one.kind === 'hold' ? [[one.id, one.failure]] : [])),
      );
      mapEntries(data, (entry) => {
        const failure = holds.get(entry.operation.id);
        return entry.failure === undefined || failure === undefined ? entry : { ...entry, failure };
      });
      return results;
    },
  })),
  mutant('blockersOf is always empty', () => ({ blockersOf: () => Promise.resolve([]) })),
  mutant('list ignores what it is asked for', (real) => ({
    list: ({ after, limit } = {}) =>
      real.list({ ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) }),
  })),
  mutant('list ignores the limit', (real) => ({ list: (query) => real.list({ ...query, limit: 100_000 }) })),
  mutant('list forgets the next page', (real) => ({
    list: async (query) => ({ items: (await real.list(query)).items }),
  })),
  mutant('list pages by position', (real) => ({
    list: async (query = {}) => {
      const all = (await real.list({ ...query, after: 0, limit: 100_000 })).items;
      const start = query.after ?? 0;
      const end = start + (query.limit ?? 100);
      return end < all.length ? { items: all.slice(start, end), next: end } : { items: all.slice(start) };
    },
  })),
  mutant('stats count nothing but the total', (real) => ({
    stats: async () => ({ ...(await real.stats()), byPriority: {}, oldestCreatedAt: 0 }),
  })),
  mutant('requeue keeps the attempts', (real, data) => ({
    requeue: async (ids) => {
      const before = new Map(data.entries.map((entry) => [entry.sequence, entry.failure]));
      const changed = await real.requeue(ids);
      mapEntries(data, (entry) => ({ ...entry, failure: before.get(entry.sequence), attempts: 1 }));
      return changed;
    },
  })),
  mutant('requeue and discard and replace take leased operations too', (real, data) => {
    const release = (ids: readonly string[]): void => {
      mapEntries(data, (entry) =>
        ids.includes(entry.operation.id) && entry.wait === 'leased' ? { ...entry, wait: 'parked' } : entry,
      );
    };
    return {
      requeue: (ids) => {
        release(ids);
        return real.requeue(ids);
      },
      discard: (ids) => {
        release(ids);
        return real.discard(ids);
      },
      replace: (id, operation) => {
        release([id]);
        return real.replace(id, operation);
      },
    };
  }),
  mutant('discard frees the whole lane', (real, data) => ({
    discard: async (ids) => {
      const gone = await real.discard(ids);
      const lanes = gone.map(({ entity }) => entity);
      mapEntries(data, (entry) =>
        lanes.includes(entry.operation.entity)
          ? { ...entry, operation: { ...entry.operation, entity: entry.operation.id } }
          : entry,
      );
      return gone;
    },
  })),
  mutant('replace drops the history', (real, data) => ({
    replace: async (id, operation) => {
      const done = await real.replace(id, operation);
      mapEntries(data, (entry) => ({ ...entry, history: [] }));
      return done;
    },
  })),
  mutant('replace keeps the payload', (_real, data) => ({
    replace: (id) => Promise.resolve(data.entries.some(({ operation }) => operation.id === id)),
  })),
  mutant('restore forgets states', (real) => ({
    restore: (operations) => real.restore(operations.map((one) => ({ ...one, state: 'waiting' }))),
  })),
  mutant('restore keeps leases', (real, data) => ({
    restore: async (operations) => {
      const added = await real.restore(operations);
      mapEntries(data, (entry) => {
        const from = operations.find(({ id }) => id === entry.operation.id);
        return from?.state === 'leased' ? { ...entry, wait: 'leased', dueAt: from.dueAt } : entry;
      });
      return added;
    },
  })),
  mutant('a closed storage goes on', (real) => ({
    close: () => Promise.resolve(),
    get: async (id) => {
      await real.open();
      return real.get(id);
    },
  })),
  mutant('a storage opens only once', (real) => {
    let opened = 0;
    return { open: () => (opened++ === 0 ? real.open() : Promise.reject(new Error('opened twice'))) };
  }),
  mutant('a restart loses everything', (real, data) => ({
    close: () => {
      data.entries = [];
      return real.close();
    },
  })),
  mutant('a restart ends leases', (real, data) => ({
    open: () => {
      mapEntries(data, (entry) => (entry.wait === 'leased' ? { ...entry, wait: 'none' } : entry));
      return real.open();
    },
  })),
  mutant('quarantine is silent', () => ({ quarantined: () => Promise.resolve({ items: [] }) })),
  {
    name: 'every instance has a copy of its own',
    make: (data) => new ModelQueueStorage({ ...data, assignments: new Map(data.assignments) }),
  },
];
