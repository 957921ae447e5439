import type { Clock } from '@cpc/sync-core';
import type { Sink } from './terminal/printer.js';

/** All that the command line touches of its surroundings. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborts when the command is to end early, with a `CliError` as its reason. */
  readonly signal: AbortSignal;
}
