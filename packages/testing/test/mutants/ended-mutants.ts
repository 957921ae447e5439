import { freed } from '../../src/conformance/model/model-entry.js';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { mapEntries, type Mutant, mutant } from './mutant.js';

/** Lets go what a method has just parked. */
function lettingGo(name: string, method: 'enqueue' | 'settle' | 'discard' | 'replace' | 'restore'): Mutant {
  return mutant(name, (real, data) => ({
    [method]: async (...args: unknown[]) => {
      const before = new Set(data.entries);
      const answer = await (real[method] as (...args: unknown[]) => Promise<unknown>)(...args);
      freeParked(data, (id) =>
        [...before].some(({ operation, wait }) => operation.id === id && wait === 'parked'),
      );
      return answer;
    },
  }));
}

function freeParked(data: ModelQueueData, isOld: (id: string) => boolean = () => false): void {
  mapEntries(data, (entry) =>
    entry.failure?.code === 'REFERENCE_ENDED' && !isOld(entry.operation.id) ? freed(entry) : entry,
  );
}

export const endedMutants: readonly Mutant[] = [
  lettingGo('what mentions a discarded thing goes', 'discard'),
  lettingGo('what mentions an expired thing goes', 'settle'),
  lettingGo('what is enqueued later and mentions an ended thing goes', 'enqueue'),
  lettingGo('what takes a place and mentions an ended thing goes', 'replace'),
  lettingGo('what is restored and mentions an ended thing goes', 'restore'),
  mutant('what mentions a damaged record goes', (real, data) => ({
    claim: (request) => {
      if (data.quarantined.length > 0) freeParked(data);
      return real.claim(request);
    },
  })),
  mutant('what was delivered counts as ended', (real, data) => ({
    settle: async (token, settlements) => {
      const results = await real.settle(token, settlements);
      for (const [id, fate] of data.past) if (fate === null) data.past.set(id, 0);
      return results;
    },
  })),
  mutant('what waits for an ended thing is parked as well', (real, data) => ({
    discard: async (ids, options) => {
      const waited = data.entries.filter(({ waitsFor }) => waitsFor.some((id) => ids.includes(id)));
      const gone = await real.discard(ids, options);
      const names = waited.map(({ operation }) => operation.id);
      mapEntries(data, (entry) =>
        names.includes(entry.operation.id) && entry.wait === 'none' ? { ...entry, wait: 'parked' } : entry,
      );
      return gone;
    },
  })),
  mutant('requeue frees what mentions an ended thing', (real, data) => ({
    requeue: (ids, now, states) => {
      const named = data.entries.filter(({ operation }) => ids.includes(operation.id));
      mapEntries(data, (entry) => (named.includes(entry) ? freed(entry) : entry));
      return named.length > 0 && states === undefined ? Promise.resolve(ids) : real.requeue(ids, now, states);
    },
  })),
  mutant('a permanent id frees nothing', (real, data) => ({
    settle: async (token, settlements) => {
      const parked = data.entries.filter(({ failure }) => failure?.code === 'REFERENCE_ENDED');
      const results = await real.settle(token, settlements);
      mapEntries(data, (entry) => {
        const was = parked.find(({ operation }) => operation.id === entry.operation.id);
        return was === undefined ? entry : { ...entry, wait: was.wait, failure: was.failure };
      });
      return results;
    },
  })),
  mutant('what took the place of another is not known by its id', (real) => ({
    replace: (id, operation, at) =>
      real.replace(
        id,
        { ...operation, references: operation.references.filter(({ path }) => path !== '') },
        at,
      ),
  })),
  mutant('discard leaves followers where they are', (real) => ({
    discard: (ids, options) => real.discard(ids, { ...options, withFollowers: false }),
  })),
  mutant('discard always takes followers along', (real) => ({
    discard: (ids, options) => real.discard(ids, { ...options, withFollowers: true }),
  })),
  mutant('discard takes followers along that are being sent', (real, data) => ({
    discard: (ids, options) => {
      if (options?.withFollowers === true)
        mapEntries(data, (entry) => (entry.wait === 'leased' ? { ...entry, wait: 'none' } : entry));
      return real.discard(ids, options);
    },
  })),
];
