import type { RandomSource } from '@cpc/sync-core';

/** Draws how long an exchange takes, in milliseconds. */
export type Latency = (random: RandomSource) => number;

/** Always the same. @throws RangeError where it is no number of at least 0 */
export function constantLatency(ms: number): Latency {
  check('constantLatency', ms);
  return () => ms;
}

/** Anything between two bounds, equally likely. @throws RangeError where they are no range */
export function uniformLatency(minMs: number, maxMs: number): Latency {
  check('uniformLatency', minMs, maxMs - minMs);
  return (random) => minMs + random.next() * (maxMs - minMs);
}

/**
 * Mostly near the median, at times many times as long: how mobile networks behave.
 *
 * The normal deviate is drawn as Box and Muller do ("A Note on the Generation of Random Normal Deviates", 1958).
 *
 * @param sigma - spread of the logarithm; with 1, one exchange in six takes more than 2.7 times the median
 * @throws RangeError where a number is below 0
 */
export function logNormalLatency(medianMs: number, sigma = 1): Latency {
  check('logNormalLatency', medianMs, sigma);
  return (random) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return medianMs * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random.next()));
  };
}

function check(name: string, ...numbers: readonly number[]): void {
  for (const number of numbers) {
    if (!(number >= 0 && number < Infinity)) {
      throw new RangeError(`${name}() takes finite numbers of at least 0, the lower first; got ${number}`);
    }
  }
}
