export interface DrainOptions {
  /** When to stop at the latest, in milliseconds since the epoch. @defaultValue none */
  readonly deadline?: number;
  /** Stops the drain: what is being sent is aborted and goes again another time. */
  readonly signal?: AbortSignal;
  /** Whether to wait for what is due before the deadline. @defaultValue true where there is a deadline */
  readonly waitForDue?: boolean;
}
