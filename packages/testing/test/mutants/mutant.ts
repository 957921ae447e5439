import type { EnqueueResult, NewOperation, QueueStorage, Settlement } from '@cpc/sync-core';
import type { ModelEntry } from '../../src/conformance/model/model-entry.js';
import type { ModelQueueData } from '../../src/conformance/model/model-queue-data.js';
import { ModelQueueStorage } from '../../src/conformance/model/model-queue-storage.js';

/** A storage that breaks one rule of the port on purpose. */
export interface Mutant {
  readonly name: string;
  readonly make: (data: ModelQueueData) => QueueStorage;
  /**
   * What it makes wrongly of a disk that may fail or be slow; `direct` is the same one, which does neither.
   *
   * @defaultValue passes every failure on
   */
  readonly around?: (disk: QueueStorage, direct: QueueStorage) => QueueStorage;
}

type Change = (real: ModelQueueStorage, data: ModelQueueData) => Partial<QueueStorage>;

/** The model with some of its methods broken. */
export function mutant(name: string, change: Change): Mutant {
  return {
    name,
    make: (data) => {
      const real = new ModelQueueStorage(data);
      return { ...delegateTo(real), ...change(real, data) };
    },
  };
}

/** The model on a disk of which it makes something wrong. */
export function around(
  name: string,
  change: (disk: QueueStorage, direct: QueueStorage) => Partial<QueueStorage>,
): Mutant {
  return {
    name,
    make: (data) => new ModelQueueStorage(data),
    around: (disk, direct) => ({ ...disk, ...change(disk, direct) }),
  };
}

/** What a storage says of batches that it took. */
export function taken(batches: readonly (readonly NewOperation[])[]): readonly EnqueueResult[] {
  return batches.map((batch) => ({
    ok: true,
    receipts: batch.map((_, at) => ({ kind: 'enqueued', sequence: at + 1 })),
  }));
}

/** Changes every operation on its way in. */
export function onEnqueue(name: string, change: (operation: NewOperation) => Partial<NewOperation>): Mutant {
  return mutant(name, (real) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) => batch.map((operation) => ({ ...operation, ...change(operation) }))),
        rules,
      ),
  }));
}

/** Changes every settlement on its way in. */
export function onSettle(name: string, change: (settlement: Settlement) => Settlement): Mutant {
  return mutant(name, (real) => ({
    settle: (token, settlements) => real.settle(token, settlements.map(change)),
  }));
}

export function mapEntries(data: ModelQueueData, change: (entry: ModelEntry) => ModelEntry): void {
  data.entries = data.entries.map(change);
}

/** A step on a copy that is written back later, as by a storage without transactions. */
export async function copyOf(data: ModelQueueData): Promise<ModelQueueStorage> {
  const copy = new ModelQueueStorage({ ...data });
  await copy.open();
  return copy;
}

/** A storage that passes every call on. */
export function delegateTo(real: QueueStorage): QueueStorage {
  return {
    supports: real.supports,
    notices: real.notices,
    open: () => real.open(),
    close: () => real.close(),
    enqueue: (batches, rules) => real.enqueue(batches, rules),
    claim: (request) => real.claim(request),
    renew: (token, ids, leaseUntil, leaseMs) => real.renew(token, ids, leaseUntil, leaseMs),
    settle: (token, settlements) => real.settle(token, settlements),
    nextDue: (request) => real.nextDue(request),
    clampTimes: (now, aheadMs) => real.clampTimes(now, aheadMs),
    get: (id) => real.get(id),
    blockersOf: (id) => real.blockersOf(id),
    list: (query) => real.list(query),
    stats: () => real.stats(),
    requeue: (...args) => real.requeue(...args),
    followersOf: (...args) => real.followersOf(...args),
    outcomes: (query) => real.outcomes(query),
    outcomeOf: (id) => real.outcomeOf(id),
    discard: (...args) => real.discard(...args),
    replace: (...args) => real.replace(...args),
    restore: (operations) => real.restore(operations),
    signIn: (...args) => real.signIn(...args),
    signedIn: () => real.signedIn(),
    quarantined: (query) => real.quarantined(query),
    rereadQuarantined: () => real.rereadQuarantined(),
  };
}
