import type { SyncFailure } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
import { add, claim, claimOne, listAll, operation, type StorageCase, T0 } from './storage-case.js';

const LISTS = { dependsOn: ['first'], references: [{ path: '/of', id: 'first' }] };

export const ownCases: readonly StorageCase[] = [
  {
    name: 'what is handed out leads nobody into the queue',
    body: async ({ storage }) => {
      await add(storage, operation('first', { entity: 'e', rank: 90 }), operation('second', LISTS));
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'first', kind: 'hold', ...held(), counts: true }]);
      await add(storage, operation('free', { dependsOn: ['gone'] }));
      const before = await listAll(storage);
      spoil(await storage.list());
      for (const id of ['first', 'second', 'free']) spoil(await storage.get(id));
      spoil(await storage.blockersOf('second'));
      spoil(await storage.stats());
      assertEqual(await listAll(storage), before, 'the queue after reads were spoilt');
      const taken = await claim(storage);
      spoil(taken.operations);
      await storage.settle(taken.token, [{ id: 'free', kind: 'release', sent: false }]);
      assertEqual(await listAll(storage), before, 'the queue after a claim was spoilt');
    },
  },
  {
    name: 'what was handed in is the queue’s alone',
    body: async ({ storage }) => {
      const given = operation('second', structuredClone(LISTS));
      await add(storage, operation('first', { rank: 90 }), given);
      const { token } = await claimOne(storage);
      const settlement = { id: 'first', kind: 'hold', ...held(), counts: true } as const;
      await storage.settle(token, [settlement]);
      const before = await listAll(storage);
      spoil(given.dependsOn);
      spoil(given.references);
      spoil(settlement.failure);
      spoil(settlement.attempt);
      assertEqual(await listAll(storage), before, 'the queue after what it was given was spoilt');
    },
  },
];

function held() {
  const failure: SyncFailure = { code: 'REJECTED', message: 'no', details: { value: { n: [1] } } };
  return {
    state: 'deadLetter' as const,
    failure,
    attempt: { startedAt: T0, durationMs: 5, outcome: 'rejected', code: 'REJECTED' },
  };
}

/** Changes all that can be changed of a value, at every depth. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    spoil((value as Record<string, unknown>)[key]);
    // By reflection, which says so where it may not, and does not throw.
    Reflect.set(value, key, 'spoilt');
  }
  if (Array.isArray(value) && !Object.isFrozen(value)) value.push('spoilt');
}
