import type { SyncEvent } from '@cpc/sync-core';
import type { Printer } from '../terminal/printer.js';
import type { Progress } from '../terminal/progress.js';

/** What `drain --json` prints. */
export interface DrainReport {
  readonly delivered: number;
  /** Answers that asked for another attempt, and attempts without an answer. */
  readonly retrying: number;
  readonly deadLetters: number;
  /** Parked for a person's decision, since the server holds another version. */
  readonly conflicts: number;
  /** Expired, or put back unsent. */
  readonly other: number;
  /** Operations of nobody and of the given principal that are in the queue now, in whatever state. */
  readonly left: number;
}

type Counts = Omit<DrainReport, 'left'>;

/** What of the counts an event adds to. */
const COUNTED: Readonly<Partial<Record<SyncEvent['type'], keyof Counts>>> = {
  acknowledged: 'delivered',
  retryScheduled: 'retrying',
  deadLettered: 'deadLetters',
  parked: 'conflicts',
  released: 'other',
  expired: 'other',
  leaseLost: 'other',
};

/** Counts what a drain does, and tells it as it goes. */
export class DrainTally {
  readonly #notes: Printer;
  readonly #progress: Progress;
  readonly #counts: { -readonly [Name in keyof Counts]: number } = {
    delivered: 0,
    retrying: 0,
    deadLetters: 0,
    conflicts: 0,
    other: 0,
  };
  readonly #said = new Set<string>();
  /** Lines are written one after the other, and none is lost. */
  #writing: Promise<void> = Promise.resolve();

  constructor(notes: Printer, progress: Progress) {
    this.#notes = notes;
    this.#progress = progress;
  }

  heard(event: SyncEvent): void {
    const name = COUNTED[event.type];
    if (name !== undefined) this.#counts[name]++;
    if (name === 'delivered') this.#then(() => this.#progress.advance(1));
    const trouble = troubleIn(event);
    // Once for each kind of trouble, however often it comes.
    if (trouble === undefined || this.#said.has(trouble)) return;
    this.#said.add(trouble);
    this.#then(() => this.#notes.line(trouble));
  }

  /** @throws what writing to the terminal met */
  async end(): Promise<Counts> {
    this.#then(() => this.#progress.end());
    await this.#writing;
    return this.#counts;
  }

  #then(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write);
    // Heard at the end; until then the delivery goes on, whoever listens.
    this.#writing.catch(() => undefined);
  }
}

/** What goes wrong beside the operations, in words. */
function troubleIn(event: SyncEvent): string | undefined {
  switch (event.type) {
    case 'failed':
      return `${event.failure.code}: ${event.failure.message}`;
    case 'signInRequired':
      return `The server does not accept the credentials of ${event.principal ?? 'nobody'} (${event.failure.code}): ${event.failure.message}`;
    case 'circuitOpened':
      return `The server does not answer (${event.failure.code}): ${event.failure.message}`;
    default:
      return undefined;
  }
}
