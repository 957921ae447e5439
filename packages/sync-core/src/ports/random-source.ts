import type { Bytes } from './bytes.js';

/** A source of randomness, injected so that every jitter and every id of a simulation can be replayed. */
export interface RandomSource {
  /** A number in [0, 1), like `Math.random`. */
  next(): number;
  /** Fills the bytes with random values, for ids. */
  fill(bytes: Bytes): void;
}
