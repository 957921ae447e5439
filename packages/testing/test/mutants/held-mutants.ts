import type { EnqueueResult, EnqueueRules } from '@cpc/sync-core';
import type { ModelEntry } from '../../src/conformance/model/model-entry.js';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { mapEntries, type Mutant, mutant, onSettle } from './mutant.js';

/** Enqueues with other rules. */
function underRules(name: string, change: (rules: EnqueueRules) => EnqueueRules): Mutant {
  return mutant(name, (real) => ({
    enqueue: (batches, rules = {}) => real.enqueue(batches, change(rules)),
  }));
}

/** What it says of what was enqueued lacks one thing. */
function withoutInReceipts(name: string, field: 'heldBy' | 'superseded' | 'along' | 'parked'): Mutant {
  const without = (result: EnqueueResult): EnqueueResult =>
    result.ok
      ? { ok: true, receipts: result.receipts.map((receipt) => ({ ...receipt, [field]: undefined })) }
      : result;
  return mutant(name, (real) => ({
    enqueue: async (...args) => (await real.enqueue(...args)).map(without),
  }));
}

/** Whether it is being sent though one of its lane stands in front of it that is not. */
function isOvertaking({ entries }: ModelQueueData, { operation, sequence, wait }: ModelEntry): boolean {
  const { entity, principal } = operation;
  const isAhead = (other: ModelEntry): boolean =>
    other.sequence < sequence &&
    other.wait === 'none' &&
    other.operation.entity === entity &&
    other.operation.principal === principal;
  return wait === 'leased' && entity !== undefined && entries.some(isAhead);
}

export const heldMutants: readonly Mutant[] = [
  withoutInReceipts('receipts do not say what holds an operation', 'heldBy'),
  withoutInReceipts('receipts do not say what was superseded', 'superseded'),
  withoutInReceipts('receipts do not say what was cancelled along', 'along'),
  withoutInReceipts('receipts do not say what was parked', 'parked'),
  mutant('nothing follows', () => ({ followersOf: () => Promise.resolve([]) })),
  mutant('all that waits follows', (real) => ({
    followersOf: async (_id, limit) =>
      (await real.list({ states: ['blocked'], ...(limit && { limit }) })).items,
  })),
  onSettle('dead letters hold their lane, whatever the rule', (one) =>
    one.kind === 'hold' ? { ...one, afterFailure: 'hold' } : one,
  ),
  onSettle('dead letters never hold their lane', (one) =>
    one.kind === 'hold' && one.afterFailure === undefined ? { ...one, afterFailure: 'skip' } : one,
  ),
  mutant('a skipped dead letter is a dead letter again after a restart', (real, data) => ({
    open: () => {
      mapEntries(data, (entry) => (entry.wait === 'aside' ? { ...entry, wait: 'deadLetter' } : entry));
      return real.open();
    },
  })),
  mutant('a skipped dead letter comes back into its lane', (real) => ({
    restore: (operations) => real.restore(operations.map(({ aside: _, ...one }) => one)),
  })),
  mutant('a skipped dead letter goes behind the others when it goes again', (real, data) => ({
    requeue: async (ids, now) => {
      const aside = data.entries.filter(({ wait }) => wait === 'aside').map(({ operation }) => operation.id);
      const changed = await real.requeue(ids, now);
      const moved = data.entries.filter(({ operation }) => aside.includes(operation.id));
      data.entries = [
        ...data.entries.filter((entry) => !moved.includes(entry)),
        ...moved.map((entry) => ({ ...entry, sequence: ++data.lastSequence })),
      ];
      return changed;
    },
  })),
  mutant('what comes into its place goes beside the one behind it that is being sent', (real, data) => ({
    claim: async (request) => {
      const overtaking = data.entries.filter((entry) => isOvertaking(data, entry));
      data.entries = data.entries.filter((entry) => !overtaking.includes(entry));
      const claim = await real.claim(request);
      data.entries = [...data.entries, ...overtaking].sort((a, b) => a.sequence - b.sequence);
      return claim;
    },
  })),
  mutant('whatever stands behind a dead letter supersedes it', (real, data) => ({
    settle: (...args) => {
      mapEntries(data, (entry) => ({
        ...entry,
        operation: { ...entry.operation, kind: 'test.kind', principal: undefined },
      }));
      return real.settle(...args);
    },
  })),
  mutant('a dead letter is superseded though something depends on it', (real, data) => ({
    settle: (...args) => {
      mapEntries(data, (entry) => ({ ...entry, waitsFor: [] }));
      return real.settle(...args);
    },
  })),
  underRules('enqueue supersedes nothing', ({ supersede: _, ...rules }) => rules),
  underRules('whatever comes supersedes', (rules) => ({ ...rules, supersede: () => true })),
  mutant('enqueue asks about dead letters that something depends on', (real, data) => ({
    enqueue: (...args) => {
      mapEntries(data, (entry) => ({ ...entry, waitsFor: [] }));
      return real.enqueue(...args);
    },
  })),
  mutant('what a refused batch superseded stays away', (real, data) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(batches, rules);
      const isUndone = results.some(({ ok }) => !ok) && rules?.supersede !== undefined;
      if (isUndone) data.entries = data.entries.filter(({ wait }) => wait !== 'deadLetter');
      return results;
    },
  })),
  underRules('coalesce is shown nothing ahead of the tail', ({ coalesce, ...rules }) => ({
    ...rules,
    ...(coalesce && { coalesce: (tail, incoming) => coalesce(tail, incoming, []) }),
  })),
  mutant('coalesce is shown all ahead of the tail', (real, data) => ({
    enqueue: (batches, { coalesce, ...rules } = {}) =>
      real.enqueue(batches, {
        ...rules,
        ...(coalesce && {
          coalesce: (tail, incoming) => {
            const lane = data.entries.filter(
              ({ operation, sequence }) => operation.entity === tail.entity && sequence < tail.sequence,
            );
            const ahead = lane.map(({ operation }) => ({ ...tail, ...operation })).reverse();
            return coalesce(tail, incoming, ahead);
          },
        }),
      }),
  })),
  underRules('what is to be dropped is cancelled', ({ coalesce, ...rules }) => ({
    ...rules,
    ...(coalesce && {
      coalesce: (...args) => {
        const decision = coalesce(...args);
        return decision.kind === 'dropped' ? { ...decision, kind: 'cancelled' } : decision;
      },
    }),
  })),
  mutant('what a refused batch cancelled stays away', (real, data) => ({
    enqueue: async (batches, rules) => {
      const results = await real.enqueue(batches, rules);
      const isUndone = results.some(({ ok }) => !ok) && rules?.coalesce !== undefined;
      if (isUndone) data.entries = data.entries.filter(({ operation }) => operation.id !== 'edit');
      return results;
    },
  })),
];
