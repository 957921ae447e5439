import { assertEqual } from '../assert.js';
import { assertKinds, idsOf, send, type TransportCase, write } from './transport-case.js';
import type { TransportHarness } from './transport-harness.js';

const hasBatches = ({ transport }: TransportHarness): boolean => (transport.maxBatchSize ?? 1) >= 4;

const keepsOrder = (harness: TransportHarness): boolean =>
  hasBatches(harness) && harness.transport.keepsOrder === true;

/** Several operations in one send. */
export const orderCases: readonly TransportCase[] = [
  {
    name: 'gives each operation of a batch its own outcome, in order',
    concerns: hasBatches,
    body: async (harness) => {
      const outcomes = await send(harness, [
        write('a'),
        write('b', 'refused'),
        write('c', 'later'),
        write('d'),
      ]);
      assertKinds(outcomes, ['acknowledged', 'rejected', 'retry', 'acknowledged'], 'a mixed batch');
      assertEqual(idsOf(await harness.effects()), ['a', 'd'], 'effects');
    },
  },
  {
    name: 'applies the operations of an entity in their order, and none behind one that was not',
    concerns: keepsOrder,
    body: async (harness) => {
      const outcomes = await send(harness, [
        write('a1', 'applied', { entity: 'a' }),
        write('a2', 'refused', { entity: 'a' }),
        write('a3', 'applied', { entity: 'a' }),
        write('b1', 'applied', { entity: 'b' }),
      ]);
      assertKinds(
        outcomes,
        ['acknowledged', 'rejected', 'skipped', 'acknowledged'],
        'a batch of two entities',
      );
      assertEqual(idsOf(await harness.effects()), ['a1', 'b1'], 'effects');
    },
  },
  {
    name: 'a full batch has its effects in order',
    concerns: keepsOrder,
    body: async (harness) => {
      const size = Math.min(harness.transport.maxBatchSize ?? 1, 100);
      const ids = Array.from({ length: size }, (_, at) => `k${at}`);
      const outcomes = await send(
        harness,
        ids.map((id) => write(id, 'applied', { entity: 'e' })),
      );
      assertKinds(
        outcomes,
        ids.map(() => 'acknowledged'),
        'a full batch',
      );
      assertEqual(idsOf(await harness.effects()), ids, 'effects');
    },
  },
];
