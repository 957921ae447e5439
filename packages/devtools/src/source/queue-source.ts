import type { QueuedOperation, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { exportOperations } from '@cpc/sync-core/ndjson';
import type { InspectorSource, OperationDetail, OperationSummary } from './inspector-source.js';

/** An inspector is in the hands of whoever may look over the shoulders of all. */
const EVERYBODY = { principals: 'all' } as const;

/**
 * A queue of this page or process, to look at and to repair: everybody's operations, whoever is signed in. Only an edit
 * is left to the operation's own principal.
 *
 * @param worker - to pause and to resume; without one the inspector offers neither
 */
export function queueSource(queue: SyncQueue, worker?: SyncWorker): InspectorSource {
  return {
    abilities: { change: true, pause: worker !== undefined },
    events: queue.allEvents$,
    list: async (request) => {
      const { items, ...rest } = await queue.list({ ...request, ...EVERYBODY });
      return { ...rest, items: items.map(summaryOf) };
    },
    get: async (id) => {
      const operation = await queue.get(id, EVERYBODY);
      return operation === undefined ? undefined : detailOf(operation);
    },
    stats: async () => {
      const stats = await queue.stats();
      return worker === undefined ? stats : { ...stats, isPaused: worker.isPaused };
    },
    explain: (id) => queue.explain(id, EVERYBODY),
    retry: (id) => queue.retry(id, EVERYBODY),
    edit: (id, payload) => queue.edit(id, payload),
    discard: async (id) => {
      await queue.discard(id, EVERYBODY);
    },
    pause: () => Promise.resolve(worker?.pause()),
    resume: () => Promise.resolve(worker?.resume()),
    export: () => exportOperations(queue.context.storage),
  };
}

/** The fields of a row, without those that only the detail shows. */
export function summaryOf(operation: QueuedOperation): OperationSummary {
  const { id, kind, entity, principal, sequence, state, priority, attempts, createdAt, dueAt, failure } =
    operation;
  return { id, kind, entity, principal, sequence, state, priority, attempts, createdAt, dueAt, failure };
}

/** Everything that the inspector shows of one operation. */
export function detailOf(operation: QueuedOperation): OperationDetail {
  const { payloadJson, version, dependsOn, scheduledAt, expiresAt, baseVersion, base } = operation;
  const { conflictRounds, history } = operation;
  return {
    ...summaryOf(operation),
    payloadJson,
    version,
    dependsOn,
    scheduledAt,
    expiresAt,
    baseVersion,
    base,
    conflictRounds,
    history,
  };
}
