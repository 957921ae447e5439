import type { PulledChange } from './pull-target.js';

export type SourcePage =
  | {
      readonly kind: 'page';
      readonly changes: readonly PulledChange[];
      readonly checkpoint: string;
      /** Whether there are more behind the checkpoint. */
      readonly more: boolean;
      /** How many changes there are behind the checkpoint, where it was asked for and is known. */
      readonly remaining?: number;
    }
  /** The server no longer knows what changed since this checkpoint. */
  | { readonly kind: 'expired' };

export interface PullContext {
  readonly signal: AbortSignal;
  /** Whether the page should say how many changes remain behind it. @defaultValue false */
  readonly counts?: boolean;
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
  /**
   * Whether a copy at the checkpoint holds the change that an acknowledgement told the position of; a copy without a
   * checkpoint holds nothing. `undefined` where the position is of another source. Absent where acknowledgements tell
   * none.
   */
  hasReached?(checkpoint: string | undefined, position: string): boolean | undefined;
}
