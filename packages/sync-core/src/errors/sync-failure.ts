/**
 * Why something did not work, as data: it is stored with an operation, travels between tabs, and is shown to
 * people. Programs read `code`; `message` is for people and may change in any release.
 */
export interface SyncFailure {
  /** A stable code: one of `SYNC_ERROR_CODES`, or the server's own. */
  readonly code: string;
  readonly message: string;
  /** The status that the server answered with, where there was one. */
  readonly status?: number;
  /** Anything else worth keeping, as JSON; the server's problem document, for example. */
  readonly details?: unknown;
}
