import type { RandomSource } from '../ports/random-source.js';

/** The platform's randomness: cryptographic for ids, `Math.random` for jitter. */
export const systemRandom: RandomSource = {
  // The one place where the library asks for the platform's randomness.
  // eslint-disable-next-line no-restricted-properties
  next: () => Math.random(),
  fill: (bytes) => void crypto.getRandomValues(bytes),
};
