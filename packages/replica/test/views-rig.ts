import { type DeliveryOutcome, defineOperation, type Operation, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { type OperationEffect, type RecordView, RecordViews } from '../src/index.js';
import { type ReplicaRig, replicaRig, type Tab } from './replica-rig.js';
import { SharedQueue } from './shared-queue.js';

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

export interface ViewsTab extends Tab {
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly views: RecordViews;
  /** Every different value that was shown of a counter, in order. */
  readonly shownOf: (entity: string) => (number | undefined)[];
}

/** The first tab is the one that the test usually speaks of. */
export interface ViewsRig extends Omit<ReplicaRig, 'tab'>, ViewsTab {
  readonly tabs: readonly ViewsTab[];
  /** What the server answers instead of applying an operation; `undefined` to apply it. */
  judge: (operation: Operation) => DeliveryOutcome | undefined;
  /** So many of the next answers are lost, after the server applied the operation. */
  lostAnswers: number;
  /** Whether acknowledgements tell the position of their change. */
  tellsPositions: boolean;
  readonly server: ReadonlyMap<string, number>;
  /** Somebody else's device adds. */
  readonly addElsewhere: (entity: string, by: number) => void;
  readonly close: () => Promise<void>;
}

export const NO_ANSWER: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'No answer.' },
};

/** Queues, a copy and views of both in so many tabs, with a server whose feed the copy follows. */
export async function viewsRig(seed = 1, tabCount = 1): Promise<ViewsRig> {
  const { tab: replicaTab, ...base } = replicaRig();
  const { clock, feed } = base;
  const totals = new Map<string, number>();
  const applied = new Map<string, number>();
  const memory = new SharedQueue();
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
    if (rig.lostAnswers > 0) {
      rig.lostAnswers--;
      return NO_ANSWER;
    }
    return { kind: 'acknowledged', ...(rig.tellsPositions && { position: `${position}@stall` }) };
  };
  const open = async (at: number): Promise<ViewsTab> => {
    const random = new SeededRandom(seed * 100 + at);
    const queue = new SyncQueue({ storage: memory.tab(), clock, random }, { operations: [add] });
    await queue.open();
    const worker = new SyncWorker({
      queue,
      transport: { send: (operations) => Promise.resolve(operations.map(answer)) },
    });
    const tab = replicaTab();
    await tab.replica.start();
    const views = new RecordViews({ replica: tab.replica, queue, effectOf: (kind) => effects[kind] });
    return { ...tab, queue, worker, views, shownOf: (entity) => framesOf(views, entity) };
  };
  const tabs: ViewsTab[] = [];
  for (let at = 0; at < tabCount; at++) tabs.push(await open(at));
  const rig: ViewsRig = {
    ...base,
    ...(tabs[0] as ViewsTab),
    tabs,
    judge: () => undefined,
    lostAnswers: 0,
    tellsPositions: true,
    server: totals,
    addElsewhere: (entity, by) => void addOnServer(entity, by),
    async close() {
      for (const { views, worker, queue, replica } of tabs) {
        views.close();
        await worker.stop();
        await queue.close();
        await replica.stop();
      }
    },
  };
  return rig;
}

function framesOf(views: RecordViews, entity: string): (number | undefined)[] {
  const frames: (number | undefined)[] = [];
  views.record$<Counter>(entity).subscribe((record: RecordView<Counter> | undefined) => {
    const value = record?.value.total;
    if (frames.length === 0 || frames.at(-1) !== value) frames.push(value);
  });
  return frames;
}
