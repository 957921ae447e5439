import type { QuarantinedRecord } from '@cpc/sync-core';
import type { ModelEntry } from './model-entry.js';

/** What the instances of a model share, and what stays when one is closed: the model's disk. */
export interface ModelQueueData {
  /** In sequence order. */
  entries: readonly ModelEntry[];
  lastSequence: number;
  lastToken: number;
  /** Who is signed in. */
  principal: string | undefined;
  readonly assignments: Map<string, string>;
  /** What became of ids that were enqueued: the id that an operation has now, or `null` where it is gone. */
  readonly past: Map<string, string | null>;
  readonly quarantined: QuarantinedRecord[];
}

export function emptyModelData(): ModelQueueData {
  return {
    entries: [],
    lastSequence: 0,
    lastToken: 0,
    principal: undefined,
    assignments: new Map(),
    past: new Map(),
    quarantined: [],
  };
}
