import type { Clock } from '@cpc/sync-core';
import { count, duration } from './durations.js';
import type { Printer } from './printer.js';

const BAR_WIDTH = 24;
const TERMINAL_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;

export interface ProgressOptions {
  /** What is being done: "drain". */
  readonly label: string;
  /** How many there are; absent where nobody knows. */
  readonly total?: number;
}

/**
 * Tells how far a long command is: a bar that takes its own place on a terminal, a line every five seconds
 * elsewhere, and a last line at the end.
 */
export class Progress {
  readonly #printer: Printer;
  readonly #clock: Clock;
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #toldAt: number;
  #done = 0;

  constructor(printer: Printer, clock: Clock, options: ProgressOptions) {
    this.#printer = printer;
    this.#clock = clock;
    this.#options = options;
    this.#startedAt = clock.monotonicMs();
    this.#toldAt = this.#startedAt;
  }

  get done(): number {
    return this.#done;
  }

  async advance(by: number): Promise<void> {
    this.#done += by;
    const now = this.#clock.monotonicMs();
    const everyMs = this.#printer.isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS;
    if (now - this.#toldAt < everyMs) return;
    this.#toldAt = now;
    await (this.#printer.isTerminal
      ? this.#printer.status(this.#text(true))
      : this.#printer.line(this.#text()));
  }

  /** Clears the bar and tells the sum; with `unlessShort`, only where something was told before. */
  async end(options: { readonly unlessShort?: boolean } = {}): Promise<void> {
    if (options.unlessShort === true && this.#toldAt === this.#startedAt) return;
    if (this.#printer.isTerminal) await this.#printer.status('');
    const elapsedMs = this.#clock.monotonicMs() - this.#startedAt;
    await this.#printer.line(
      `${this.#options.label}: ${this.#counted()} in ${duration(elapsedMs)}${this.#rated()}`,
    );
  }

  #text(withBar = false): string {
    const { label, total } = this.#options;
    const bar = withBar && total !== undefined ? ` ${barOf(this.#done, total)}` : '';
    return `${label}:${bar} ${this.#counted()}${this.#rated()}${this.#left()}`;
  }

  #counted(): string {
    const { total } = this.#options;
    return total === undefined ? count(this.#done) : `${count(this.#done)} of ${count(total)}`;
  }

  get #perSecond(): number {
    const elapsedMs = this.#clock.monotonicMs() - this.#startedAt;
    return elapsedMs > 0 ? (this.#done * 1000) / elapsedMs : 0;
  }

  #rated(): string {
    return this.#perSecond > 0 ? `, ${count(Math.round(this.#perSecond))}/s` : '';
  }

  #left(): string {
    const { total } = this.#options;
    if (total === undefined || this.#perSecond === 0 || this.#done >= total) return '';
    return `, ${duration(Math.ceil((total - this.#done) / this.#perSecond) * 1000)} left`;
  }
}

function barOf(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.round(Math.min(1, done / total) * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}]`;
}
