import type { NewOperation, VersionChange } from '@cpc/sync-core';
import { rewriteReferences } from '@cpc/sync-core/storage-kit';
import type { ModelEntry } from '../../src/conformance/model/model-entry.js';
import { mapEntries, type Mutant, mutant, onSettle } from './mutant.js';

const renameTo = (entry: ModelEntry, from: string, to: string): ModelEntry => ({
  ...entry,
  operation: { ...entry.operation, payload: entry.operation.payload.replaceAll(from, to) },
});

/** Moves to a new version what it should not. */
function onVersion(
  name: string,
  isMoved: (operation: NewOperation, version: VersionChange, entity: string | undefined) => boolean,
): Mutant {
  return mutant(name, (real, data) => ({
    settle: async (token, settlements) => {
      const lanes = new Map(data.entries.map(({ operation }) => [operation.id, operation.entity]));
      const results = await real.settle(token, settlements);
      for (const one of settlements) {
        if (one.kind !== 'remove' || one.version === undefined) continue;
        const { version, id } = one;
        mapEntries(data, (entry) =>
          isMoved(entry.operation, version, lanes.get(id))
            ? { ...entry, operation: { ...entry.operation, baseVersion: version.to } }
            : entry,
        );
      }
      return results;
    },
  }));
}

export const settleMutants: readonly Mutant[] = [
  onSettle('removed operations stay', (one) =>
    one.kind === 'remove' ? { id: one.id, kind: 'release', sent: true } : one,
  ),
  onSettle('every attempt counts', (one) => ('counts' in one ? { ...one, counts: true } : one)),
  onSettle('no attempt counts', (one) => ('counts' in one ? { ...one, counts: false } : one)),
  onSettle('attempts are not recorded', ({ attempt: _, ...one }) => one),
  onSettle('backoffs are ignored', (one) => (one.kind === 'reschedule' ? { ...one, dueAt: 0 } : one)),
  onSettle('what was released counts as sent', (one) =>
    one.kind === 'release' ? { ...one, sent: true } : one,
  ),
  onSettle('what was released counts as unsent', (one) =>
    one.kind === 'release' ? { ...one, sent: false } : one,
  ),
  onSettle('dead letters are dropped', (one) => (one.kind === 'hold' ? { id: one.id, kind: 'remove' } : one)),
  onSettle('what is held is tried again', (one) =>
    one.kind === 'hold' ? { id: one.id, kind: 'release', sent: true } : one,
  ),
  onSettle('permanent ids are ignored', (one) =>
    one.kind === 'remove' ? { id: one.id, kind: 'remove' } : one,
  ),
  onSettle('new versions are ignored', (one) => {
    if (one.kind !== 'remove') return one;
    const { version: _, ...rest } = one;
    return rest;
  }),
  onVersion('a new version reaches other entities', ({ baseVersion }, { from }) => baseVersion === from),
  onVersion(
    'a new version reaches other principals',
    ({ baseVersion, entity }, { from }, lane) => baseVersion === from && entity === lane,
  ),
  onVersion('a new version reaches whatever its entity has', ({ entity }, _, lane) => entity === lane),
  mutant('every settlement is reported as settled', (real) => ({
    settle: async (token, settlements) => {
      await real.settle(token, settlements);
      return settlements.map(() => 'settled');
    },
  })),
  mutant('a failed operation lets its followers overtake', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      const failed = settlements.filter(({ kind }) => kind !== 'remove').map(({ id }) => id);
      mapEntries(data, (entry) =>
        failed.includes(entry.operation.id)
          ? { ...entry, operation: { ...entry.operation, entity: entry.operation.id } }
          : entry,
      );
      return results;
    },
  })),
  mutant('replaced and requeued operations go to the end', (real, data) => {
    const moveToEnd = (id: string): void => {
      const moved = data.entries.filter(({ operation }) => operation.id === id);
      const others = data.entries.filter((entry) => !moved.includes(entry));
      data.entries = [...others, ...moved.map((entry) => ({ ...entry, sequence: ++data.lastSequence }))];
    };
    return {
      settle: async (token, settlements) => {
        const results = await real.settle(token, settlements);
        for (const one of settlements) if (one.kind === 'replace') moveToEnd(one.operation.id);
        return results;
      },
      replace: async (id, operation) => {
        const done = await real.replace(id, operation);
        moveToEnd(operation.id);
        return done;
      },
      requeue: async (ids) => {
        const changed = await real.requeue(ids);
        changed.forEach(moveToEnd);
        return changed;
      },
    };
  }),
  mutant('those that waited for a replaced operation go', (real, data) => {
    const forget = (): void => mapEntries(data, (entry) => ({ ...entry, waitsFor: [] }));
    return {
      settle: async (token, settlements) => {
        const results = await real.settle(token, settlements);
        if (settlements.some(({ kind }) => kind === 'replace')) forget();
        return results;
      },
      replace: async (id, operation) => {
        const done = await real.replace(id, operation);
        forget();
        return done;
      },
    };
  }),
  mutant('histories grow for ever', (real, data) => ({
    settle: async (token, settlements) => {
      const before = new Map(data.entries.map((entry) => [entry.sequence, entry.history]));
      const results = await real.settle(token, settlements);
      const attempts = settlements.flatMap(({ attempt }) => (attempt ? [attempt] : []));
      mapEntries(data, (entry) => ({
        ...entry,
        history: [...(before.get(entry.sequence) ?? []), ...attempts],
      }));
      return results;
    },
  })),
  mutant('temporary ids are replaced wherever they stand', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      for (const one of settlements)
        if (one.kind === 'remove' && one.assign) {
          const { from, to } = one.assign;
          mapEntries(data, (entry) => renameTo(entry, from, to));
        }
      return results;
    },
  })),
  mutant('later operations are not rewritten', (real, data) => ({
    enqueue: (batches, rules) => {
      data.assignments.clear();
      return real.enqueue(batches, rules);
    },
  })),
  mutant('assignments are lost with the process', (real, data) => ({
    open: () => {
      data.assignments.clear();
      return real.open();
    },
  })),
  mutant('what was sent is rewritten', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      for (const one of settlements)
        if (one.kind === 'remove' && one.assign) {
          const { from, to } = one.assign;
          mapEntries(data, (entry) => ({
            ...entry,
            operation: rewriteReferences(entry.operation, (id) => (id === from ? to : undefined)),
          }));
        }
      return results;
    },
  })),
  mutant('a rewriting forgets the other references', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      mapEntries(data, (entry) => ({ ...entry, operation: { ...entry.operation, references: [] } }));
      return results;
    },
  })),
  mutant('a rewriting leaves the entity', (real, data) => ({
    settle: async (token, settlements) => {
      const before = new Map(data.entries.map((entry) => [entry.sequence, entry.operation]));
      const results = await real.settle(token, settlements);
      mapEntries(data, (entry) => ({
        ...entry,
        operation: {
          ...before.get(entry.sequence),
          ...entry.operation,
          ...entityOf(before.get(entry.sequence)),
        },
      }));
      return results;
    },
  })),
  mutant('a late settlement still assigns', (real, data) => ({
    settle: (token, settlements) => {
      for (const one of settlements)
        if (one.kind === 'remove' && one.assign) data.assignments.set(one.assign.from, one.assign.to);
      return real.settle(token, settlements);
    },
  })),
  mutant('repeats are compared before they are rewritten', (real, data) => ({
    enqueue: (batches, rules) => {
      const known = batches[0]?.map(({ id }) => data.entries.find(({ operation }) => operation.id === id));
      const differs = known?.some(
        (entry, at) => entry && entry.operation.payload !== batches[0]?.[at]?.payload,
      );
      return differs
        ? Promise.resolve([{ ok: false, code: 'OPERATION_ID_REUSED', index: 0 }])
        : real.enqueue(batches, rules);
    },
  })),
];

function entityOf(operation: { readonly entity?: string | undefined } | undefined): {
  readonly entity?: string | undefined;
} {
  return operation?.entity === undefined ? {} : { entity: operation.entity };
}
