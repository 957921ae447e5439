import type { PulledChange } from './pull-target.js';

export type SourcePage =
  | {
      readonly kind: 'page';
      readonly changes: readonly PulledChange[];
      readonly checkpoint: string;
      /** Whether there are more behind the checkpoint. */
      readonly more: boolean;
    }
  /** The server no longer knows what changed since this checkpoint. */
  | { readonly kind: 'expired' };

export interface PullContext {
  readonly signal: AbortSignal;
}

/** Where changes come from. */
export interface ChangeSource {
  /**
   * The changes since a checkpoint, or from the beginning. Rejects with a `SyncError`; its
   * `details.retryAfterMs`, where there is one, says how long to wait.
   */
  pull(since: string | undefined, context: PullContext): Promise<SourcePage>;
  /**
   * Calls `hint` when there may be something to pull, until the connection ends; then it rejects. Hints may be
   * missing or doubled. Absent where the server gives none.
   */
  listen?(hint: () => void, context: PullContext): Promise<never>;
}
