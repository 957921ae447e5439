import { type PayloadCodec, SyncError } from '@cpc/sync-core';
import type { ModelKeys } from '../../src/conformance/model/model-codec-data.js';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { type Mutant, mutant } from './mutant.js';

/** A storage that makes something else of the keys of its codec, from the moment in which it is opened. */
function withKeys(
  name: string,
  change: (keys: ModelKeys, data: ModelQueueData) => Partial<ModelKeys>,
): Mutant {
  return mutant(name, (real, data) => ({
    open: async () => {
      const { keys } = data;
      await real.open();
      if (keys === undefined) return;
      const own: ModelKeys = {
        ownCheck: () => keys.ownCheck(),
        meet: (checks) => keys.meet(checks),
        proveBy: (...args) => keys.proveBy(...args),
        isProven: (key) => keys.isProven(key),
        trust: (key) => keys.trust(key),
        judge: (...args) => keys.judge(...args),
      };
      data.keys = { ...own, ...change(keys, data) };
    },
  }));
}

const keyless: PayloadCodec = {
  encode: () => Promise.reject(new Error('no key')),
  decode: () => Promise.reject(new Error('no key')),
};

/** Storages that are wrong about keys, or about what was put aside. */
export const codecMutants: readonly Mutant[] = [
  withKeys('every key is taken for the right one', () => ({
    proveBy: () => Promise.resolve(),
    judge: (_bytes, error) => error,
  })),
  withKeys('a key is only told from another by its check', (keys) => ({
    meet: async (checks) => {
      const met = await keys.meet(checks);
      for (const key of met.wrong)
        await keys.proveBy(
          key,
          checks.map(({ sealed }) => sealed),
        );
      return met;
    },
  })),
  withKeys('a key that is not there is damage', () => ({
    judge: () => new SyncError('STORAGE_DAMAGED', 'not there'),
  })),
  mutant('without a codec nothing can be told from damage', (real, data) => ({
    list: (query) => {
      if (data.codec === undefined) data.entries = [];
      return real.list(query);
    },
  })),
  mutant('new keys are not written with', (real, data) => ({
    enqueue: (...args) => {
      if (data.checks.size > 1) data.codec = keyless;
      return real.enqueue(...args);
    },
  })),
  mutant('the quarantine is never read again', (_real, data) => ({
    rereadQuarantined: () => Promise.resolve({ restored: [], left: data.quarantined.length }),
  })),
  mutant('what is read again goes to the end', (real, data) => ({
    rereadQuarantined: async () => {
      const result = await real.rereadQuarantined();
      const back = new Set(result.restored.map(({ id }) => id));
      const isBack = ({ operation }: (typeof data.entries)[number]): boolean => back.has(operation.id);
      data.entries = [
        ...data.entries.filter((entry) => !isBack(entry)),
        ...data.entries.filter(isBack).map((entry) => ({ ...entry, sequence: ++data.lastSequence })),
      ];
      return result;
    },
  })),
  mutant('what is read again was never sent', (real, data) => ({
    rereadQuarantined: async () => {
      for (const [sequence, aside] of data.aside)
        data.aside.set(sequence, { ...aside, entry: { ...aside.entry, attempted: false } });
      return real.rereadQuarantined();
    },
  })),
  mutant('what is read again keeps temporary ids', (real, data) => ({
    rereadQuarantined: async () => {
      const known = new Map(data.assignments);
      data.assignments.clear();
      const result = await real.rereadQuarantined();
      for (const [from, to] of known) data.assignments.set(from, to);
      return result;
    },
  })),
  mutant('what is read again takes the place of what came under its id', (real, data) => ({
    rereadQuarantined: () => {
      const ids = new Set([...data.aside.values()].map(({ entry }) => entry.operation.id));
      data.entries = data.entries.filter(({ operation }) => !ids.has(operation.id));
      return real.rereadQuarantined();
    },
  })),
];
