import type { NewOutcome, OutcomeRecord, QuarantinedRecord } from '@cpc/sync-core';
import type { Fate } from '@cpc/sync-core/storage-kit';
import type { ModelCodecData } from './model-codec-data.js';
import type { ModelEntry } from './model-entry.js';

/** What the instances of a model share, and what stays when one is closed: the model's disk. */
export interface ModelQueueData extends ModelCodecData {
  /** In sequence order. */
  entries: readonly ModelEntry[];
  lastSequence: number;
  lastToken: number;
  /** Who is signed in. */
  principal: string | undefined;
  readonly assignments: Map<string, string>;
  /**
   * What became of ids that were enqueued: the id that an operation has now, `null` where it was delivered, `ENDED`
   * where it left undelivered.
   */
  readonly past: Map<string, Fate>;
  outcomes: OutcomeRecord[];
  quarantined: QuarantinedRecord[];
}

export function emptyModelData(): ModelQueueData {
  return {
    entries: [],
    lastSequence: 0,
    lastToken: 0,
    principal: undefined,
    assignments: new Map(),
    past: new Map(),
    outcomes: [],
    quarantined: [],
    codec: undefined,
    keys: undefined,
    checks: new Map(),
    seals: new Map(),
    aside: new Map(),
  };
}

/** Keeps what became of an operation. */
export function keep(data: Pick<ModelQueueData, 'outcomes'>, id: string, outcome: NewOutcome): void {
  const sequence = (data.outcomes.at(-1)?.sequence ?? 0) + 1;
  data.outcomes.push({ ...outcome, id, sequence });
}
