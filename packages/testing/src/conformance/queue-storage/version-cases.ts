import type { NewOperation } from '@cpc/sync-core';
import { assertEqual } from '../assert.js';
import { add, claim, claimOne, mustGet, operation, type StorageCase, T0 } from './storage-case.js';

/** A change of the order, on top of a version. */
function change(
  id: string,
  baseVersion: string | undefined,
  fields: Partial<NewOperation> = {},
): NewOperation {
  return operation(id, { entity: 'order', ...(baseVersion !== undefined && { baseVersion }), ...fields });
}

const version = { from: 'v1', to: 'v2' };

export const versionCases: readonly StorageCase[] = [
  {
    name: 'version moves those behind it that were made on the same version, and nothing else',
    body: async ({ storage, harness }) => {
      await add(
        storage,
        change('first', 'v1'),
        change('second', 'v1', { base: '{"seen":1}', scheduledAt: T0 + 9_000 }),
        change('older', 'v0'),
        change('unguarded', undefined),
        change('annas', 'v1', { principal: 'anna' }),
        change('third', 'v1'),
        change('elsewhere', 'v1', { entity: 'another order' }),
      );
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id: 'first', kind: 'remove', version }]);
      const again = storage.supports.durable ? await harness.reopen() : storage;
      if (again !== storage) await again.open();
      const versions: Record<string, string | undefined> = {};
      for (const { id, baseVersion } of (await again.list()).items) versions[id] = baseVersion;
      assertEqual(
        versions,
        {
          second: 'v2',
          older: 'v0',
          unguarded: undefined,
          annas: 'v1',
          third: 'v2',
          elsewhere: 'v1',
        },
        'the versions',
      );
      const { base, state, dueAt } = await mustGet(again, 'second');
      assertEqual(
        [base, state, dueAt],
        ['{"seen":1}', 'scheduled', T0 + 9_000],
        'all else of the first of them',
      );
    },
  },
  {
    name: 'version moves on with each change of a lane',
    body: async ({ storage }) => {
      await add(storage, change('first', 'v1'), change('second', 'v1'), change('third', 'v1'));
      for (const [id, from, to] of [
        ['first', 'v1', 'v2'],
        ['second', 'v2', 'v3'],
      ] as const) {
        const { token, operation: next } = await claimOne(storage);
        assertEqual([next.id, next.baseVersion], [id, from], 'what goes');
        await storage.settle(token, [{ id, kind: 'remove', version: { from, to } }]);
      }
      assertEqual((await claimOne(storage)).operation.baseVersion, 'v3', 'the version of the last');
    },
  },
  {
    name: 'version leaves what was attempted as it was sent',
    body: async ({ storage }) => {
      await add(storage, change('first', 'v1'), change('sent', 'v1'), change('unsent', 'v1'));
      const { token } = await claim(storage, { perEntity: 3 });
      await storage.settle(token, [
        { id: 'sent', kind: 'release', sent: true },
        { id: 'unsent', kind: 'release', sent: false },
        { id: 'first', kind: 'remove', version },
      ]);
      assertEqual((await mustGet(storage, 'sent')).baseVersion, 'v1', 'what was sent');
      assertEqual((await mustGet(storage, 'unsent')).baseVersion, 'v2', 'what was not');
    },
  },
];
