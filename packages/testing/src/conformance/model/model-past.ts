import type { NewOperation } from '@cpc/sync-core';
import type { ModelQueueData } from './model-queue-data.js';

type Ids = Pick<ModelQueueData, 'entries' | 'past'>;

/** The operation in the queue that an id means now. */
export function successorOf({ entries, past }: Ids, id: string): string | undefined {
  if (entries.some(({ operation }) => operation.id === id)) return id;
  const next = past.get(id);
  return typeof next === 'string' ? successorOf({ entries, past }, next) : undefined;
}

/** The operation, depending on what took the place of the ids that it names. */
export function withSuccessors<T extends NewOperation>(ids: Ids, operation: T): T {
  const dependsOn = operation.dependsOn.map((id) => successorOf(ids, id) ?? id);
  const isSame = dependsOn.every((id, at) => id === operation.dependsOn[at]);
  return isSame ? operation : { ...operation, dependsOn: [...new Set(dependsOn)] };
}
