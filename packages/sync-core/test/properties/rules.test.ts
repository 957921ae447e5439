import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExponentialBackoff, LinearBackoff } from '../../src/backoff/backoff.js';
import { fieldMerge, type FieldMergeOptions } from '../../src/conflict/field-merge.js';
import {
  compareTimestamps,
  HybridLogicalClock,
  parseTimestamp,
} from '../../src/conflict/hybrid-logical-clock.js';
import { ManualClock, SeededRandom } from '../../src/deterministic.js';
import { toOperation } from '../../src/operation/to-operation.js';
import { uuidV7Source } from '../../src/operation/uuid-v7.js';
import type { Resolution } from '../../src/ports/conflict-resolver.js';
import { storedOperation } from '../fixtures.js';
import { holds } from './runs.js';

const operation = toOperation(storedOperation('a'));
const signal = new AbortController().signal;

function merge(base: unknown, local: unknown, remote: unknown, options?: FieldMergeOptions): unknown {
  const conflict = { operation, local, remote: { value: remote }, base, round: 0 };
  const resolution = fieldMerge({ payload: 'record', ...options }).resolve(conflict, {
    signal,
  }) as Resolution;
  return resolution.kind === 'merge' ? resolution.value : resolution.kind;
}

const field = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const value = fc.oneof(fc.nat({ max: 2 }), fc.jsonValue({ maxDepth: 2 }));
const record = fc
  .array(fc.tuple(field, value))
  .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as unknown);

test('a merge keeps what both have, takes what one side changed, and does not care whose side is whose', () =>
  holds(
    'fieldMerge',
    fc.property(record, record, record, (base, local, remote) => {
      expect(merge(base, local, local)).toEqual(local);
      expect(merge(base, local, base)).toEqual(local);
      expect(merge(base, base, remote)).toEqual(remote);
      expect(merge(base, local, remote, { onClash: 'local' })).toEqual(
        merge(base, remote, local, { onClash: 'remote' }),
      );
      expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    }),
  ));

const move = fc.oneof(
  fc.record({
    do: fc.constantFrom('next' as const, 'jump' as const),
    ms: fc.integer({ min: -1e6, max: 1e6 }),
  }),
  fc.record({
    do: fc.constant('observe' as const),
    ms: fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    counter: fc.option(fc.nat({ max: 36 ** 4 - 1 }), { nil: undefined }),
  }),
);

test('timestamps grow as text and as moments, come after all that was noticed, and stay near the clock', () =>
  holds(
    'hybridClock',
    fc.property(fc.array(move), (moves) => {
      const wall = new ManualClock();
      const hybrid = new HybridLogicalClock(wall, { node: 'n', maxSkewMs: 5000 });
      let last = hybrid.next();
      let latest = wall.now();
      for (const each of moves) {
        if (each.do === 'jump') wall.jump(each.ms);
        latest = Math.max(latest, wall.now());
        if (each.do === 'observe') {
          const ms = wall.now() + each.ms;
          const text = (counter: number): string =>
            `${Math.floor(ms).toString(36).padStart(9, '0')}-${counter.toString(36).padStart(4, '0')}-z`;
          const seen = each.counter === undefined ? ms : text(each.counter);
          hybrid.observe(seen);
          const after = hybrid.next();
          const isNear = ms <= wall.now() + 5000;
          if (isNear)
            expect(compareTimestamps(parseTimestamp(after)!, parseTimestamp(seen)!)).toBeGreaterThan(0);
          expect(after > last).toBe(true);
          last = after;
        }
        const next = hybrid.next();
        expect(next > last).toBe(true);
        expect(compareTimestamps(parseTimestamp(next)!, parseTimestamp(last)!)).toBeGreaterThan(0);
        // A full counter may carry a millisecond each time.
        expect(parseTimestamp(next)!.ms).toBeLessThanOrEqual(latest + 5000 + moves.length);
        last = next;
      }
    }),
  ));

const count = fc.oneof(fc.nat({ max: 100 }), fc.maxSafeNat());
const span = fc.oneof(count, fc.constantFrom(Infinity, Number.MAX_VALUE));

test('a delay is finite, at least 0, and at most the maximum, whatever the attempt', () =>
  holds(
    'backoff',
    fc.property(
      fc.record({
        baseMs: fc.integer({ min: 1, max: 10_000 }),
        more: fc.nat({ max: 1e9 }),
        factor: fc.oneof(fc.double({ min: 1, max: 100, noNaN: true }), fc.constant(Infinity)),
        jitter: fc.constantFrom('full' as const, 'equal' as const, 'decorrelated' as const, 'none' as const),
      }),
      count,
      span,
      fc.integer(),
      ({ baseMs, more, factor, jitter }, attempt, previous, seed) => {
        const maxMs = baseMs + more;
        const random = new SeededRandom(seed);
        const delay = new ExponentialBackoff({ baseMs, maxMs, factor, jitter }).delayMs(
          attempt,
          previous,
          random,
        );
        const least = { full: 0, equal: baseMs / 2, decorrelated: baseMs, none: baseMs }[jitter];
        expect(delay).toBeGreaterThanOrEqual(least);
        expect(delay).toBeLessThanOrEqual(maxMs);
        const linear = new LinearBackoff({ stepMs: baseMs, maxMs }).delayMs(attempt);
        expect(linear).toBeGreaterThanOrEqual(baseMs);
        expect(linear).toBeLessThanOrEqual(maxMs);
      },
    ),
  ));

test('ids grow, whatever the clock does', () =>
  holds(
    'ids',
    fc.property(fc.array(fc.integer({ min: -5000, max: 5000 })), fc.integer(), (jumps, seed) => {
      const clock = new ManualClock();
      const newId = uuidV7Source(clock, new SeededRandom(seed));
      let last = newId();
      for (const jump of jumps) {
        clock.jump(jump);
        const next = newId();
        expect(next > last).toBe(true);
        last = next;
      }
    }),
  ));
