import { platformNow } from './store-defaults.js';

export interface KeyMemoryOptions {
  readonly keepForMs: number;
  /** Milliseconds since the epoch. @defaultValue the platform's clock, which is then held to its monotonic one */
  readonly now?: (() => number) | undefined;
}

/** A leap by more than this, a week in which nothing came in, is believed when so many commits in a row find it so late. */
const LEAP_MS = 7 * 24 * 3_600_000;
const READINGS = 8;
/** How far a wall clock may run ahead of the monotonic one within the life of a process. */
const SLACK_MS = 3_600_000;

/**
 * How far back a store remembers keys. Forgetting cannot be undone, and what is forgotten may have its effect again: so
 * a clock that leaps ahead is believed only when it stays there. It is never believed to be further than time has passed
 * on the monotonic clock, where that can be asked.
 */
export class KeyMemory {
  readonly now: () => number;
  readonly #keepForMs: number;
  readonly #elapsed: (() => number) | undefined;
  readonly #readings: number[] = [];
  #origin: { readonly wall: number; readonly elapsed: number } | undefined;
  #forgotten = -Infinity;
  #firstAt = Infinity;

  constructor({ keepForMs, now }: KeyMemoryOptions) {
    this.now = now ?? platformNow;
    this.#keepForMs = keepForMs;
    this.#elapsed = now === undefined ? () => performance.now() : undefined;
  }

  /**
   * To be called when the store is opened.
   *
   * @param firstAt - when the first key was received that there ever was, of which then none was forgotten; `-Infinity`
   * where some were
   */
  opened(firstAt: number): void {
    this.#firstAt = firstAt;
    this.#read();
  }

  /** To be called once for each commit. @returns the moment before which keys may be forgotten with it */
  forgetBefore(): number {
    this.#read();
    return this.#believed() - this.#keepForMs;
  }

  /** What somebody asks for who looked at the clock: all whose time is over now. */
  forgetBeforeNow(): number {
    const before = this.now() - this.#keepForMs;
    this.#forgotten = Math.max(this.#forgotten, before);
    return before;
  }

  /** Keys from before this moment may have been forgotten, by this process or by one before it. */
  get since(): number {
    const believed = Math.max(this.#believed() - this.#keepForMs, this.#forgotten);
    const before = Math.min(believed, this.now() - this.#keepForMs);
    // Nothing was there before the first one that could have been forgotten.
    return before > this.#firstAt ? before : -Infinity;
  }

  #read(): void {
    const wall = this.now();
    this.#origin ??= { wall, elapsed: this.#elapsed?.() ?? 0 };
    this.#readings.push(wall);
    if (this.#readings.length > READINGS) this.#readings.shift();
  }

  #believed(): number {
    const earliest = Math.min(...this.#readings);
    const latest = this.#readings.at(-1) ?? earliest;
    const believed = latest - earliest > LEAP_MS ? earliest : latest;
    if (this.#elapsed === undefined || this.#origin === undefined) return believed;
    return Math.min(believed, this.#origin.wall + (this.#elapsed() - this.#origin.elapsed) + SLACK_MS);
  }
}
