import {
  counterDigits,
  formatTimestamp,
  MAX_TIMESTAMP_COUNTER,
  msDigits,
  nodeOf,
  parseTimestamp as parseText,
  type TimestampParts,
} from '@cpc/protocol';
import { checkText } from '../operation/check.js';
import { flat } from '../operation/flat.js';
import type { Clock } from '../ports/clock.js';

/** A moment on a hybrid logical clock. */
export type HybridTimestamp = TimestampParts;

export interface HybridLogicalClockOptions {
  /** Names this device in ties. Without a tilde, which separates the correction from it. */
  readonly node: string;
  /** How far ahead of this clock another one's timestamp may be before it is cut back. @defaultValue 60_000 */
  readonly maxSkewMs?: number;
}

/**
 * Timestamps that follow the wall clock, never go back, and order what one device did after it heard from
 * another (S. Kulkarni et al., "Logical Physical Clocks", 2014). A foreign timestamp may push this clock ahead
 * by `maxSkewMs` at the most, so that one device with a wrong clock does not win every conflict for ever.
 *
 * A device's own clock may be wrong by years. What the server's clock says corrects it, see {@link correct}; each
 * timestamp holds the correction that it was made with, so that those of before it was known can be put right too.
 */
export class HybridLogicalClock {
  readonly #clock: Clock;
  readonly #node: string;
  readonly #maxSkewMs: number;
  #ms = 0;
  #counter = 0;
  #text = '';
  #offsetMs = 0;
  /** The node, and the correction where there is one. */
  #suffix: string;

  constructor(clock: Clock, options: HybridLogicalClockOptions) {
    checkText('node', options.node);
    if (options.node.includes('~'))
      throw new TypeError(`node takes a text without ~, but got ${options.node}`);
    this.#clock = clock;
    this.#node = options.node;
    this.#maxSkewMs = options.maxSkewMs ?? 60_000;
    this.#suffix = options.node;
  }

  /** The wall clock's time, corrected, in milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#clock.now() + this.#offsetMs);
  }

  /** The next timestamp, larger as text than all since the latest correction. */
  next(): string {
    const now = this.now();
    if (now > this.#ms) this.#set(now, 0);
    // A full counter carries into the time, so that timestamps stay in order as text.
    else if (this.#counter >= MAX_TIMESTAMP_COUNTER) this.#set(this.#ms + 1, 0);
    else this.#counter++;
    return flat(`${this.#text}-${counterDigits(this.#counter)}-${this.#suffix}`);
  }

  /** Takes notice of another clock's timestamp, so that what happens next on this device comes after it. */
  observe(timestamp: string | number): void {
    const noticed = parseTimestamp(timestamp) ?? { ms: 0, counter: 0 };
    const ms = Math.min(Math.ceil(noticed.ms), this.now() + this.#maxSkewMs);
    const counter = ms === noticed.ms ? noticed.counter : 0;
    if (ms > this.#ms || (ms === this.#ms && counter > this.#counter)) this.#set(ms, counter);
  }

  /**
   * Corrects this device's wall clock by the server's: pass the server's time minus this clock's, in ms. Timestamps that
   * ran ahead of the corrected time by more than the bound on skew were wrong, so that they do not go on from there.
   */
  correct(offsetMs: number): void {
    this.#offsetMs = Math.round(offsetMs);
    this.#suffix = nodeOf(this.#node, this.#offsetMs);
    const now = this.now();
    if (this.#ms > now + this.#maxSkewMs) this.#set(now, 0);
  }

  /**
   * A timestamp of this device as it would be with the correction that is known now. Itself where the two are no
   * further apart than the bound on skew: what came after what stays as it was.
   */
  corrected(timestamp: string): string {
    const stamp = parseTimestamp(timestamp);
    if (stamp === undefined) return timestamp;
    const differenceMs = this.#offsetMs - (stamp.correctedMs ?? 0);
    if (Math.abs(differenceMs) <= this.#maxSkewMs) return timestamp;
    const { counter, node } = stamp;
    const ms = Math.max(0, stamp.ms + differenceMs);
    return formatTimestamp({ ms, counter, node, correctedMs: this.#offsetMs });
  }

  #set(ms: number, counter: number): void {
    this.#ms = ms;
    this.#counter = counter;
    this.#text = msDigits(ms);
  }
}

/** Reads a timestamp of this clock, or plain milliseconds since the epoch; `undefined` for anything else. */
export function parseTimestamp(timestamp: string | number | undefined): HybridTimestamp | undefined {
  if (typeof timestamp === 'number') {
    return Number.isFinite(timestamp) ? { ms: timestamp, counter: 0, node: '' } : undefined;
  }
  return parseText(timestamp ?? '');
}

/** Negative where `a` is earlier, positive where it is later, 0 where they are the same. */
export function compareTimestamps(a: HybridTimestamp, b: HybridTimestamp): number {
  return a.ms - b.ms || a.counter - b.counter || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0);
}
