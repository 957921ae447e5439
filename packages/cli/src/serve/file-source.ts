import { type InspectorSource, detailOf, summaryOf } from '@cpc/devtools/source';
import type { SqliteQueueReader } from '@cpc/storage-sqlite';
import { type StorageStats, toOperation } from '@cpc/sync-core';
import { explainOperation } from '../commands/explain.js';
import { exportedLines } from '../commands/export.js';
import { byPriority, byState } from '../commands/inspect.js';
import { withStorage } from '../file/with-storage.js';
import type { Session } from '../session.js';

/**
 * A queue's file, for the inspector. It reads without changing anything; with `--write` each change opens the file
 * for itself, and is refused while a worker may be sending.
 */
export function fileSource(session: Session, reader: SqliteQueueReader): InspectorSource {
  return {
    abilities: { change: session.options.write === true, pause: false },
    // Nothing tells of another process's changes; the inspector looks by itself every few seconds.
    events: { subscribe: () => ({ unsubscribe: () => undefined }) },
    list: async (request) => {
      const { items, ...rest } = await reader.list(request);
      return { ...rest, items: items.map((stored) => summaryOf(toOperation(stored))) };
    },
    get: async (id) => {
      const stored = await reader.get(id);
      return stored === undefined ? undefined : detailOf(toOperation(stored));
    },
    stats: () => statsOf(reader),
    explain: (id) => explainOperation(session, reader, id),
    retry: (id) => change(session, id, (storage) => storage.requeue([id])),
    discard: (id) => change(session, id, (storage) => storage.discard([id])),
    edit: () => Promise.reject(new Error('A payload is edited in the app, which knows what a valid one is.')),
    pause: () => Promise.reject(new Error('Nothing here sends, so nothing can be paused.')),
    resume: () => Promise.reject(new Error('Nothing here sends, so nothing can be resumed.')),
    export: () => exportedLines(reader),
  };
}

async function statsOf(reader: SqliteQueueReader): Promise<StorageStats> {
  const overview = await reader.overview();
  return {
    total: overview.total,
    byState: byState(overview),
    byPriority: byPriority(overview),
    ...(overview.total > 0 && {
      oldestCreatedAt: Math.min(...overview.groups.map((group) => group.oldestCreatedAt)),
    }),
    quarantined: overview.quarantined,
  };
}

async function change(
  session: Session,
  id: string,
  work: (storage: Parameters<Parameters<typeof withStorage>[2]>[0]) => Promise<readonly unknown[]>,
): Promise<void> {
  const [changed] = await withStorage(session, 'left alone', work);
  if (changed === undefined) throw new Error(`${id} is no longer in the queue, or not in a state for it.`);
}
