import type { Fate } from '@cpc/sync-core/storage-kit';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { ModelQueueStorage } from '../../src/conformance/model/model-queue-storage.js';
import { mapEntries, type Mutant, mutant, onEnqueue } from './mutant.js';

/** Forgets what became of some ids, at the latest when it is asked. */
function forgetting(
  name: string,
  forgets: (id: string, fate: Fate, data: ModelQueueData) => boolean,
): Mutant {
  return mutant(name, (real, data) => ({
    enqueue: (batches, rules) => {
      for (const [id, fate] of data.past) if (forgets(id, fate, data)) data.past.delete(id);
      return real.enqueue(batches, rules);
    },
  }));
}

export const pastMutants: readonly Mutant[] = [
  forgetting('ids that left are forgotten', (_id, fate) => typeof fate !== 'string'),
  forgetting(
    'ids that joined or were replaced are forgotten',
    (id, fate) => typeof fate === 'string' && fate !== id,
  ),
  forgetting('that an operation has another form is forgotten', (id, fate) => fate === id),
  mutant('only the latest thousand ids are remembered', (real, data) => ({
    enqueue: (batches, rules) => {
      for (const id of [...data.past.keys()].slice(0, -1_000)) data.past.delete(id);
      return real.enqueue(batches, rules);
    },
  })),
  mutant('what became of ids is lost with the process', (real, data) => ({
    open: () => {
      data.past.clear();
      return real.open();
    },
  })),
  {
    name: 'each instance has a past of its own',
    make: (data) => {
      const own = new ModelQueueStorage(data);
      Object.defineProperty(own, 'data', { value: Object.assign(Object.create(data), { past: new Map() }) });
      return own;
    },
  },
  mutant('a refused batch is remembered', (real, data) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(batches, rules);
      for (const [at, result] of results.entries())
        if (!result.ok) for (const { id } of batches[at] ?? []) data.past.set(id, null);
      return results;
    },
  })),
  mutant('an id that left cannot be restored', (real, data) => ({
    restore: (operations) => real.restore(operations.filter(({ id }) => !data.past.has(id))),
  })),
  mutant('receipts of repeats name no successor', (real) => ({
    enqueue: async (batches, rules) =>
      (await real.enqueue(batches, rules)).map((result) =>
        result.ok
          ? {
              ok: true,
              receipts: result.receipts.map((one) => (one.kind === 'duplicate' ? { kind: one.kind } : one)),
            }
          : result,
      ),
  })),
  mutant('late dependents do not wait for a successor', (real, data) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(batches, rules);
      const named = new Set(batches.flat().flatMap(({ dependsOn }) => dependsOn));
      mapEntries(data, (entry) => ({
        ...entry,
        waitsFor: entry.waitsFor.filter(
          (id) => named.has(id) || !batches.flat().some((one) => one.id === entry.operation.id),
        ),
      }));
      return results;
    },
  })),
  onEnqueue('what depends on the tail never joins it', ({ coalesces, dependsOn }) => ({
    coalesces: coalesces && dependsOn.length === 0,
  })),
  mutant('requeue resets the attempts of scheduled operations', (real, data) => ({
    requeue: async (ids) => {
      const changed = await real.requeue(ids);
      mapEntries(data, (entry) => (changed.includes(entry.operation.id) ? { ...entry, attempts: 0 } : entry));
      return changed;
    },
  })),
  mutant('replace takes an id that another operation has', (real, data) => ({
    replace: (id, operation) => {
      data.entries = data.entries.filter((entry) => entry.operation.id !== operation.id);
      return real.replace(id, operation);
    },
  })),
  mutant('nextDue looks at everybody’s leases', (real, data) => ({
    nextDue: async (request) => {
      const leases = data.entries.filter(({ wait }) => wait === 'leased').map(({ dueAt }) => dueAt);
      const due = [await real.nextDue(request), ...leases].filter((time) => time !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    },
  })),
];
