import type { Clock } from '../ports/clock.js';
import type { RandomSource } from '../ports/random-source.js';
import { flat } from './flat.js';

/** Ids for which random bytes are drawn at once; one call for many is several times faster. */
const POOL = 64;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes UUIDv7s (RFC 9562, section 5.7) that grow strictly: within a millisecond, and while the clock stands or
 * goes back, a 12-bit counter in `rand_a` counts on and carries into the time (section 6.2, method 1).
 */
export function uuidV7Source(clock: Pick<Clock, 'now'>, random: RandomSource): () => string {
  const pool = new Uint8Array(8 * POOL);
  let used = pool.length;
  let time = 0;
  let counter = 0;
  return () => {
    if (used === pool.length) {
      random.fill(pool);
      used = 0;
    }
    const byte = (at: number): number => pool[used + at] as number;
    const hex = (value: number): string => HEX[value] as string;
    const now = Math.floor(clock.now());
    if (now > time) {
      time = now;
      counter = ((byte(0) & 0x07) << 8) | byte(1);
    } else if (++counter > 0xfff) {
      time++;
      counter = 0;
    }
    const stamp = time.toString(16).padStart(12, '0');
    const id =
      `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${counter.toString(16).padStart(3, '0')}-` +
      `${hex((byte(2) & 0x3f) | 0x80)}${hex(byte(3))}-` +
      `${hex(byte(4))}${hex(byte(5))}${hex(byte(6))}${hex(byte(7))}${hex(byte(0) ^ byte(3))}${hex(byte(1) ^ byte(2))}`;
    used += 8;
    return flat(id);
  };
}
