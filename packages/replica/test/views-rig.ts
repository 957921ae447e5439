import {
  type DeliveryOutcome,
  defineOperation,
  MemoryQueueStorage,
  type Operation,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { type OperationEffect, type RecordView, RecordViews } from '../src/index.js';
import { type ReplicaRig, replicaRig } from './replica-rig.js';

export interface Counter {
  readonly total: number;
}

/** Adds to a counter: an effect that would show if it were there twice, or not at all. */
export const add = defineOperation<{ readonly counter: string; readonly by: number }>('counter.add', {
  entity: ({ counter }) => counter,
});

const effects: Readonly<Record<string, OperationEffect>> = {
  [add.kind]: (records, { entity = '', payload }) => {
    const { total = 0 } = (records.get(entity) ?? {}) as Partial<Counter>;
    records.set(entity, { total: total + (payload as { by: number }).by });
  },
};

export interface ViewsRig extends ReplicaRig {
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly views: RecordViews;
  /** What the server answers instead of applying an operation; `undefined` to apply it. */
  judge: (operation: Operation) => DeliveryOutcome | undefined;
  /** Whether acknowledgements tell the position of their change. */
  tellsPositions: boolean;
  /** Every different value that was shown of a counter, in order. */
  readonly shownOf: (entity: string) => (number | undefined)[];
  readonly server: ReadonlyMap<string, number>;
  /** Somebody else's device adds. */
  readonly addElsewhere: (entity: string, by: number) => void;
  readonly close: () => Promise<void>;
}

/** A queue, a copy and views of both, with a server whose feed the copy follows. */
export async function viewsRig(seed = 1): Promise<ViewsRig> {
  const base = replicaRig();
  const { clock, feed } = base;
  const totals = new Map<string, number>();
  const random = new SeededRandom(seed);
  const queue = new SyncQueue({ storage: new MemoryQueueStorage(), clock, random }, { operations: [add] });
  await queue.open();
  const applied = new Map<string, number>();
  const addOnServer = (entity: string, by: number): number => {
    const total = (totals.get(entity) ?? 0) + by;
    totals.set(entity, total);
    return feed.commit('stall', { [entity]: { total } });
  };
  const answer = (operation: Operation): DeliveryOutcome => {
    const judged = rig.judge(operation);
    if (judged !== undefined) return judged;
    const { id, entity = '', payload } = operation;
    const position = applied.get(id) ?? addOnServer(entity, (payload as { by: number }).by);
    applied.set(id, position);
    return { kind: 'acknowledged', ...(rig.tellsPositions && { position: `${position}@stall` }) };
  };
  const worker = new SyncWorker({
    queue,
    transport: { send: (operations) => Promise.resolve(operations.map(answer)) },
  });
  const { replica } = base.tab();
  await replica.start();
  const views = new RecordViews({ replica, queue, effectOf: (kind) => effects[kind] });
  const rig: ViewsRig = {
    ...base,
    queue,
    worker,
    views,
    judge: () => undefined,
    tellsPositions: true,
    server: totals,
    addElsewhere: (entity, by) => void addOnServer(entity, by),
    shownOf(entity) {
      const frames: (number | undefined)[] = [];
      views.record$<Counter>(entity).subscribe((record: RecordView<Counter> | undefined) => {
        const value = record?.value.total;
        if (frames.length === 0 || frames.at(-1) !== value) frames.push(value);
      });
      return frames;
    },
    async close() {
      views.close();
      await worker.stop();
      await queue.close();
      await replica.stop();
    },
  };
  return rig;
}
