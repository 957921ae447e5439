import { problem } from '@cpc/protocol';
import { encodeProblem } from '../answer/encode-answer.js';
import type { KeyedWork } from '../ports/effect-store.js';

/**
 * A work whose key may have been used and forgotten is refused in the place of its effect, which runs only where the key
 * is not stored. A key tells its age where it is a UUID of version 7, as the ids of devices are (RFC 9562, section 5.7).
 *
 * @param since - the store remembers keys from then on, in milliseconds since the epoch
 */
export function orForgotten<Tx>(work: KeyedWork<Tx>, since: number | undefined): KeyedWork<Tx> {
  const madeAt = timeOf(work.key);
  if (since === undefined || madeAt === undefined || madeAt >= since) return work;
  const { principal, key, fingerprint, lane } = work;
  const answer = encodeProblem(key, problem('KEY_EXPIRED'));
  return { principal, key, fingerprint, lane, effect: () => ({ keep: false, answer }) };
}

/** When a UUID of version 7 was made; `undefined` for every other key. */
function timeOf(key: string): number | undefined {
  const [, high, low] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(key) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
