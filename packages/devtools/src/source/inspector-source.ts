import type {
  Explanation,
  Page,
  QueuedOperation,
  StorageStats,
  Subscribable,
  SyncEvent,
} from '@cpc/sync-core';

/** What a row shows of an operation. Plain data, so that it can come over HTTP. */
export type OperationSummary = Pick<
  QueuedOperation,
  | 'id'
  | 'kind'
  | 'entity'
  | 'principal'
  | 'sequence'
  | 'state'
  | 'priority'
  | 'attempts'
  | 'createdAt'
  | 'dueAt'
  | 'failure'
>;

/** All that is known of an operation. */
export type OperationDetail = OperationSummary &
  Pick<
    QueuedOperation,
    | 'payloadJson'
    | 'version'
    | 'dependsOn'
    | 'scheduledAt'
    | 'expiresAt'
    | 'baseVersion'
    | 'base'
    | 'conflictRounds'
    | 'history'
  >;

export interface InspectorStats extends StorageStats {
  /** Whether sending is paused; absent where nothing here sends. */
  readonly isPaused?: boolean;
}

/** What a source can do; the inspector offers no button for anything else. */
export interface InspectorAbilities {
  /** `retry`, `edit` and `discard`. */
  readonly change: boolean;
  /** `pause` and `resume`. */
  readonly pause: boolean;
}

export interface ListRequest {
  /** Continue behind this sequence, see `Page.next`. @defaultValue from the start */
  readonly after?: number;
  readonly limit: number;
}

/**
 * Where the inspector looks: a queue in this page, a file on a server. Everything that it gives and takes is JSON,
 * so that a source can be another machine.
 *
 * What a method rejects with is shown to the person as its message.
 */
export interface InspectorSource {
  readonly abilities: InspectorAbilities;
  /**
   * What happens, as it happens. Hints may be missing: the inspector also looks by itself every few seconds.
   */
  readonly events: Subscribable<SyncEvent>;
  /** A page of operations in order of sequence. */
  list(request: ListRequest): Promise<Page<OperationSummary>>;
  get(id: string): Promise<OperationDetail | undefined>;
  stats(): Promise<InspectorStats>;
  explain(id: string): Promise<Explanation | undefined>;
  retry(id: string): Promise<void>;
  /** @returns the new id */
  edit(id: string, payload: unknown): Promise<string>;
  discard(id: string): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The queue as NDJSON, in pieces. */
  export(): AsyncIterable<string>;
}
