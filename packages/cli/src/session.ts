import { setImmediate } from 'node:timers/promises';
import type { Io } from './io.js';
import { Printer } from './terminal/printer.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly queue: string;
  readonly json?: boolean;
  readonly write?: boolean;
  readonly busyTimeout: number;
}

/** One run of one command on one file. */
export class Session<Options extends CommonOptions = CommonOptions> {
  readonly io: Io;
  readonly file: string;
  readonly options: Options;
  /** Results. */
  readonly out: Printer;
  /** What is said beside the results: progress, hints, errors. */
  readonly notes: Printer;

  constructor(io: Io, file: string, options: Options) {
    this.io = io;
    this.file = file;
    this.options = options;
    this.out = new Printer(io.stdout, io.env);
    this.notes = new Printer(io.stderr, io.env);
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.io.clock.now();
  }

  /**
   * To be awaited in each round of a loop over a file. Its drivers answer at once, so that without a turn of the event
   * loop no signal would be heard before the end, which a damaged file may not have.
   *
   * @throws the signal's reason, where the command was interrupted
   */
  async nextRound(): Promise<void> {
    await setImmediate();
    this.io.signal.throwIfAborted();
  }

  /** A command line on this file, for advice that can be copied: no id does anything else in a shell than name itself. */
  command(name: string, ...rest: readonly string[]): string {
    const { queue } = this.options;
    const words = [name, this.file, ...rest, ...(queue === 'queue' ? [] : ['--queue', queue])];
    return `cpc-sync ${words.map(quoted).join(' ')}`;
  }
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
