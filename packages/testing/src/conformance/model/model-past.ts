import type { NewOperation } from '@cpc/sync-core';
import { ENDED, isElsewhere } from '@cpc/sync-core/storage-kit';
import type { ModelQueueData } from './model-queue-data.js';

type Ids = Pick<ModelQueueData, 'entries' | 'past'>;

type AllIds = Ids & Pick<ModelQueueData, 'assignments' | 'quarantined'>;

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

/** The first thing that an operation mentions and that never came to be, or lies in quarantine. */
export function endedReference(ids: AllIds, { references }: NewOperation): string | undefined {
  return references
    .filter(isElsewhere)
    .map(({ id }) => id)
    .find((id) => !ids.assignments.has(id) && (hasEnded(ids, id) || isLost(ids, id)));
}

function isLost({ entries, past, quarantined }: AllIds, id: string): boolean {
  if (past.has(id) || entries.some(({ operation }) => operation.id === id)) return false;
  return quarantined.some((record) => record.id === id);
}

function hasEnded(ids: Ids, id: string): boolean {
  if (ids.entries.some(({ operation }) => operation.id === id)) return false;
  const fate = ids.past.get(id);
  return typeof fate === 'string' && fate !== id ? hasEnded(ids, fate) : fate === ENDED;
}
