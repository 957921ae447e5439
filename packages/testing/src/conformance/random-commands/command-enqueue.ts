import type { Coalesce, NewOperation, StorageReceipt } from '@cpc/sync-core';
import { show } from '../assert.js';
import type { Command } from './command.js';
import type { World } from './world.js';

/** Decides by the payloads alone, so that both storages are told the same. */
const coalesce: Coalesce = (tail, incoming, ahead) => {
  const value = valueOf(incoming);
  if (value < 2) return { kind: 'none' };
  if (value < 5) {
    // As far as the values are even, so that it ends anywhere.
    let count = 1;
    for (const one of ahead) {
      if (valueOf(one) % 2 === 1) break;
      count++;
    }
    return { kind: value < 4 ? 'cancelled' : 'dropped', count };
  }
  return { kind: 'merged', operation: { ...incoming, dependsOn: tail.dependsOn } };
};

/** Decides by the payloads as well. */
const supersede = (deadLetter: NewOperation, incoming: NewOperation): boolean =>
  (valueOf(deadLetter) + valueOf(incoming)) % 2 === 0;

function valueOf({ payload }: NewOperation): number {
  return (JSON.parse(payload) as { value: number }).value;
}

export function enqueueCommand(world: World): Command {
  const { random } = world;
  const batches = Array.from({ length: 1 + random.below(3) }, () =>
    Array.from({ length: 1 + random.below(3) }, () => oneOperation(world)),
  );
  const maxPending = random.chance(0.1) ? { maxPending: world.entries.length + 2 } : {};
  return {
    text: `enqueue ${show(batches)} ${show(maxPending)}`,
    run: async (storage) => {
      const results = await storage.enqueue(batches, { coalesce, supersede, ...maxPending });
      return results.map((result) => (result.ok ? result.receipts.map(withoutSequence) : result.code));
    },
  };
}

/** A new operation, or one that is there already, with the same payload or with another. */
function oneOperation(world: World): NewOperation {
  const { random, entries } = world;
  if (entries.length === 0 || random.chance(0.85)) return world.newOperation();
  if (random.chance(0.4)) return random.pick(world.given);
  const known = random.pick(entries).operation;
  return random.chance(0.5)
    ? known
    : { ...known, payload: JSON.stringify({ value: 0, other: world.newId() }) };
}

/** Sequences may have gaps: that they grow is seen in the list. */
function withoutSequence(receipt: StorageReceipt): unknown {
  return receipt.kind === 'enqueued' ? receipt.kind : receipt;
}
