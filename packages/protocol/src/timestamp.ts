/** A moment on a hybrid logical clock, as it travels. */
export interface TimestampParts {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** Orders moments within the same millisecond. */
  readonly counter: number;
  /** Breaks ties between devices. */
  readonly node: string;
  /** By how much the device corrected its wall clock when it made the timestamp, in milliseconds. @defaultValue 0 */
  readonly correctedMs?: number;
}

/** Nine digits of base 36 hold milliseconds for some three thousand years; four hold the counter. */
const MS_DIGITS = 9;
const COUNTER_DIGITS = 4;

/** The largest counter of four digits. */
export const MAX_TIMESTAMP_COUNTER = 36 ** COUNTER_DIGITS - 1;

const STAMP = /^([0-9a-z]{9})-([0-9a-z]{4,})-(.*?)(?:~(-?[0-9a-z]{1,11}))?$/s;

/** Reads a timestamp; `undefined` for anything else. */
export function parseTimestamp(text: string): TimestampParts | undefined {
  const [, ms, counter, node, correction] = STAMP.exec(text) ?? [];
  if (ms === undefined || counter === undefined || node === undefined) return undefined;
  const parts = { ms: parseInt(ms, 36), counter: parseInt(counter, 36), node };
  return correction === undefined ? parts : { ...parts, correctedMs: parseInt(correction, 36) };
}

/** The text of a timestamp. Of two, the later one is the larger text. */
export function formatTimestamp({ ms, counter, node, correctedMs = 0 }: TimestampParts): string {
  return `${msDigits(ms)}-${counterDigits(counter)}-${nodeOf(node, correctedMs)}`;
}

/** The milliseconds as they stand in a timestamp. */
export function msDigits(ms: number): string {
  return ms.toString(36).padStart(MS_DIGITS, '0');
}

/** The counter as it stands in a timestamp. */
export function counterDigits(counter: number): string {
  return counter.toString(36).padStart(COUNTER_DIGITS, '0');
}

/** The node as it stands in a timestamp, with the correction where there is one. */
export function nodeOf(node: string, correctedMs: number): string {
  return correctedMs === 0 ? node : `${node}~${correctedMs.toString(36)}`;
}

/**
 * Cuts timestamps that lie in the receiver's future back to its present, so that a device whose clock runs ahead wins
 * nothing by it. Those of one device keep their order among each other, and so do all that are cut.
 */
export class TimestampLimit {
  readonly #now: () => number;
  #ms = 0;
  #counter = 0;

  /** @param now - the receiver's time, in milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The timestamp, or one of the present in its place. What is no timestamp is left as it is. */
  cut(timestamp: string): string {
    const parts = parseTimestamp(timestamp);
    const now = Math.floor(this.#now());
    if (parts === undefined || parts.ms <= now) return timestamp;
    if (now > this.#ms) [this.#ms, this.#counter] = [now, 0];
    else this.#counter++;
    return formatTimestamp({ ms: this.#ms, counter: this.#counter, node: parts.node });
  }
}
