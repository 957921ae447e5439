import type { EnqueueResult, StorageReceipt } from '@cpc/sync-core';
import { copyOf, mapEntries, type Mutant, mutant, onEnqueue } from './mutant.js';

const ok = (receipts: readonly StorageReceipt[]): EnqueueResult => ({ ok: true, receipts });

export const enqueueMutants: readonly Mutant[] = [
  mutant('repeats are added again', (real, data) => ({
    enqueue: (batches, rules) => {
      let copies = 0;
      const known = (id: string): boolean => data.entries.some(({ operation }) => operation.id === id);
      const renamed = batches.map((batch) =>
        batch.map((one, at) =>
          known(one.id) || batch.findIndex(({ id }) => id === one.id) < at
            ? { ...one, id: `${one.id}-copy${++copies}` }
            : one,
        ),
      );
      return real.enqueue(renamed, rules);
    },
  })),
  mutant('a reused id counts as a duplicate', (real) => ({
    enqueue: async (batches, rules) =>
      (await real.enqueue(batches, rules)).map((result) =>
        result.ok ? result : ok([{ kind: 'duplicate' }]),
      ),
  })),
  mutant('batches are not atomic', (real) => ({
    enqueue: async (batches, rules) => {
      const results: EnqueueResult[] = [];
      for (const batch of batches) {
        const single = await real.enqueue(
          batch.map((one) => [one]),
          rules,
        );
        const index = single.findIndex((result) => !result.ok);
        const failed = single[index];
        results.push(
          failed && !failed.ok
            ? { ...failed, index }
            : ok(single.flatMap((one) => (one.ok ? one.receipts : []))),
        );
      }
      return results;
    },
  })),
  mutant('maxPending is ignored', (real) => ({
    enqueue: (batches, rules) => real.enqueue(batches, rules?.coalesce ? { coalesce: rules.coalesce } : {}),
  })),
  mutant('maxPending counts what coalesces', (real, data) => ({
    enqueue: (batches, rules) =>
      data.entries.length >= (rules?.maxPending ?? Infinity)
        ? Promise.resolve(batches.map(() => ({ ok: false, code: 'QUEUE_FULL', index: 0 }) as const))
        : real.enqueue(batches, rules),
  })),
  mutant('batches are added backwards', (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) => batch.toReversed()),
        rules,
      ),
  })),
  mutant('large batches are cut', (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) => batch.slice(0, 1_000)),
        rules,
      ),
  })),
  mutant('receipts name no sequence', (real) => ({
    enqueue: async (batches, rules) =>
      (await real.enqueue(batches, rules)).map((result) =>
        result.ok
          ? ok(result.receipts.map((one) => (one.kind === 'enqueued' ? { ...one, sequence: 1 } : one)))
          : result,
      ),
  })),
  mutant('sequences are reused', (real, data) => ({
    discard: async (ids) => {
      const gone = await real.discard(ids);
      data.lastSequence = data.entries.at(-1)?.sequence ?? 0;
      return gone;
    },
  })),
  mutant('ids are members of an object', (real) => ({
    get: async (id) => {
      const table: Record<string, never> = {};
      return (await real.get(id)) ?? table[id];
    },
  })),
  onEnqueue('payloads are parsed and written again', ({ payload }) => ({
    payload: JSON.stringify(JSON.parse(payload)),
  })),
  onEnqueue('the base is not stored', () => ({ base: '' })),
  onEnqueue('the rank is the priority', ({ priority }) => ({ rank: priority })),
  onEnqueue('the rank is ignored', () => ({ rank: 0 })),
  onEnqueue('operations without an entity share a lane', ({ entity }) => ({ entity: entity ?? 'none' })),
  onEnqueue('entities are ignored', ({ id }) => ({ entity: id })),
  onEnqueue('each principal has lanes of its own', ({ entity, principal }) =>
    entity === undefined ? {} : { entity: `${entity}/${principal ?? ''}` },
  ),
  onEnqueue('schedules are ignored', ({ createdAt }) => ({ scheduledAt: createdAt })),
  onEnqueue('dependencies are ignored', () => ({ dependsOn: [] })),
  mutant('two enqueues at once overwrite each other', (_real, data) => ({
    enqueue: async (batches, rules) => {
      const copy = await copyOf(data);
      const results = await copy.enqueue(batches, rules);
      Object.assign(data, copy.data);
      return results;
    },
  })),
  mutant('coalesce is never asked', (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(batches, rules?.maxPending === undefined ? {} : { maxPending: rules.maxPending }),
  })),
  onEnqueue('coalesce is asked for every kind', () => ({ coalesces: true })),
  mutant('coalesce takes whatever is in the queue of the entity', (real, data) => ({
    enqueue: async (batches, rules) => {
      const held = data.entries.filter(({ wait }) => wait !== 'none' && wait !== 'scheduled');
      const waits = new Map(held.map((entry) => [entry.sequence, entry]));
      mapEntries(data, (entry) => ({
        ...entry,
        attempted: false,
        wait: waits.has(entry.sequence) ? 'none' : entry.wait,
      }));
      const results = await real.enqueue(batches, rules);
      mapEntries(data, (entry) => waits.get(entry.sequence) ?? entry);
      return results;
    },
  })),
  mutant('coalesce refuses what was ever claimed', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      mapEntries(data, (entry) => ({
        ...entry,
        attempted: entry.attempted || settlements.some(({ id }) => id === entry.operation.id),
      }));
      return results;
    },
  })),
  onEnqueue('coalesce ignores dependencies', ({ coalesces, dependsOn }) => ({
    dependsOn: coalesces ? [] : dependsOn,
  })),
  mutant('coalesce takes what the tail names for what it waits for', (real, data) => ({
    enqueue: (batches, rules) => {
      mapEntries(data, (entry) => ({ ...entry, waitsFor: entry.operation.dependsOn }));
      return real.enqueue(batches, rules);
    },
  })),
  onEnqueue('coalesce ignores principals', () => ({ principal: 'everybody' })),
  mutant('coalesce merges whatever it is told', (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(batches, {
        ...rules,
        ...(rules?.coalesce && { coalesce: (_tail, operation) => ({ kind: 'merged', operation }) }),
      }),
  })),
  mutant('coalesce cancels although another depends on it', (real, data) => ({
    enqueue: (batches, rules) => {
      mapEntries(data, (entry) => ({ ...entry, waitsFor: [] }));
      return real.enqueue(batches, rules);
    },
  })),
  mutant('coalesce keeps the schedule of the tail', (real, data) => ({
    enqueue: async (batches, rules) => {
      const before = data.entries;
      const results = await real.enqueue(batches, rules);
      mapEntries(data, (entry) => {
        const old = before.find(({ sequence }) => sequence === entry.sequence);
        return old ? { ...entry, wait: old.wait, dueAt: old.dueAt } : entry;
      });
      return results;
    },
  })),
  mutant('coalesce keeps the rank of the tail', (real, data) => ({
    enqueue: async (batches, rules) => {
      const before = data.entries;
      const results = await real.enqueue(batches, rules);
      mapEntries(data, (entry) => {
        const rank = before.find(({ sequence }) => sequence === entry.sequence)?.operation.rank;
        return rank === undefined ? entry : { ...entry, operation: { ...entry.operation, rank } };
      });
      return results;
    },
  })),
];
