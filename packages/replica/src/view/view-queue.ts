import type { Page, QueuedOperation, SyncEvent, Subscribable } from '@cpc/sync-core';

/** What became of an operation, as far as a view needs it. */
export interface ViewOutcome {
  readonly id: string;
  readonly outcome: string;
  /** Where an acknowledged change stands in the feed, where the server told it. */
  readonly position?: string | undefined;
}

/** What a view needs of a queue: `SyncQueue` has it. */
export interface ViewQueue {
  readonly events$: Subscribable<SyncEvent>;
  /** A hint that the queue may have changed, whoever changed it. */
  readonly changes$: Subscribable<void>;
  list(query: { readonly after: number; readonly limit: number }): Promise<Page<QueuedOperation>>;
  /** A page of outcomes behind a place among them, and the place behind the page; with a limit of 0, their end. */
  outcomes(query: { readonly after?: number; readonly limit: number }): Promise<{
    readonly items: readonly ViewOutcome[];
    readonly next: number;
  }>;
}
