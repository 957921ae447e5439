import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { compareTimestamps, HybridLogicalClock, parseTimestamp } from './hybrid-logical-clock.js';

const NOW = 1_700_000_000_000;
const YEAR = 365 * 24 * 3_600_000;

function clocks(options: { node?: string; maxSkewMs?: number } = {}) {
  const wall = new ManualClock({ now: NOW });
  return { wall, hybrid: new HybridLogicalClock(wall, { node: 'n', ...options }) };
}

const msOf = (timestamp: string): number | undefined => parseTimestamp(timestamp)?.ms;

test('follows the wall clock', async () => {
  const { wall, hybrid } = clocks();
  expect(parseTimestamp(hybrid.next())).toEqual({ ms: NOW, counter: 0, node: 'n' });
  expect(parseTimestamp(hybrid.next())).toEqual({ ms: NOW, counter: 1, node: 'n' });
  await wall.advance(5);
  expect(parseTimestamp(hybrid.next())).toEqual({ ms: NOW + 5, counter: 0, node: 'n' });
});

test('never goes back, though the wall clock does', () => {
  const { wall, hybrid } = clocks();
  const before = hybrid.next();
  wall.jump(-3_600_000);
  const after = hybrid.next();
  expect(after > before).toBe(true);
  expect(msOf(after)).toBe(NOW);
});

test('grows as text when the counter is full', () => {
  const { hybrid } = clocks();
  let last = hybrid.next();
  hybrid.observe(`${NOW.toString(36).padStart(9, '0')}-zzzy-other`);
  for (let at = 0; at < 4; at++) {
    const next = hybrid.next();
    expect(next > last).toBe(true);
    expect(next).toHaveLength(last.length);
    last = next;
  }
});

test('comes after what it has noticed', () => {
  const { hybrid } = clocks();
  const other = new HybridLogicalClock(new ManualClock({ now: NOW + 500 }), { node: 'other' });
  other.next();
  const noticed = other.next();
  hybrid.observe(noticed);
  expect(hybrid.next() > noticed).toBe(true);
  hybrid.observe(NOW + 700.5);
  const next = parseTimestamp(hybrid.next());
  expect(next!.ms).toBeGreaterThan(NOW + 700.5);
  expect(Number.isInteger(next!.ms)).toBe(true);
});

test('takes no notice of what lies behind it, and of what is no timestamp', () => {
  const { hybrid } = clocks();
  hybrid.next();
  const last = hybrid.next();
  for (const old of [NOW - 1, NOW, parse0(NOW), 'not a timestamp', '', NaN, Infinity]) hybrid.observe(old);
  expect(parseTimestamp(hybrid.next())).toEqual({ ...parseTimestamp(last), counter: 2 });
});

const parse0 = (ms: number): string => `${ms.toString(36).padStart(9, '0')}-0000-other`;

test('is pushed ahead by no more than the bound on skew', () => {
  const { hybrid } = clocks({ maxSkewMs: 1000 });
  hybrid.observe(parse0(NOW + 1_000_000));
  expect(msOf(hybrid.next())).toBe(NOW + 1000);
  const { hybrid: byDefault } = clocks();
  byDefault.observe(NOW + 1_000_000);
  expect(msOf(byDefault.next())).toBe(NOW + 60_000);
});

test('does not go back for what was cut to the bound', () => {
  const { hybrid } = clocks({ maxSkewMs: 1000 });
  hybrid.observe(NOW + 1000);
  const last = hybrid.next();
  hybrid.observe(`${(NOW + 2000).toString(36).padStart(9, '0')}-0009-other`);
  expect(hybrid.next() > last).toBe(true);
});

test('can be corrected by the time of the server', () => {
  const { hybrid } = clocks();
  hybrid.correct(2500);
  const corrected = hybrid.next();
  expect(parseTimestamp(corrected)).toEqual({ ms: NOW + 2500, counter: 0, node: 'n', correctedMs: 2500 });
  expect(hybrid.now()).toBe(NOW + 2500);
  hybrid.correct(0);
  expect(parseTimestamp(hybrid.next())).not.toHaveProperty('correctedMs');
});

test('a clock that ran a year ahead does not go on from there', () => {
  const { wall, hybrid } = clocks();
  wall.jump(YEAR);
  hybrid.next();
  hybrid.correct(-YEAR);
  expect(msOf(hybrid.next())).toBe(NOW);
});

test('puts a timestamp of before the correction right, and leaves others as they are', () => {
  const { wall, hybrid } = clocks();
  wall.jump(YEAR);
  const wrong = hybrid.next();
  hybrid.correct(-YEAR + 10_000);
  expect(parseTimestamp(hybrid.corrected(wrong))).toMatchObject({ ms: NOW + 10_000, node: 'n' });
  const right = hybrid.next();
  expect(hybrid.corrected(right)).toBe(right);
  hybrid.correct(-YEAR + 20_000);
  expect(hybrid.corrected(right)).toBe(right);
  hybrid.correct(0);
  expect(msOf(hybrid.corrected(right))).toBe(NOW + YEAR);
  expect(hybrid.corrected('no timestamp')).toBe('no timestamp');
});

test('a node has no tilde, which separates the correction', () => {
  expect(() => clocks({ node: 'a~b' })).toThrow(/without ~/);
});

test('reads its own timestamps and plain milliseconds, and nothing else', () => {
  expect(parseTimestamp('00000000z-0001-a-b\nc')).toEqual({ ms: 35, counter: 1, node: 'a-b\nc' });
  expect(parseTimestamp(1234.5)).toEqual({ ms: 1234.5, counter: 0, node: '' });
  for (const other of [undefined, '', '2024-01-01', '00000000z-001-n', '00000000Z-0001-n', NaN, Infinity]) {
    expect(parseTimestamp(other)).toBeUndefined();
  }
});

test('orders by time, then counter, then node', () => {
  const at = (ms: number, counter: number, node: string) => ({ ms, counter, node });
  expect(compareTimestamps(at(1, 9, 'z'), at(2, 0, 'a'))).toBeLessThan(0);
  expect(compareTimestamps(at(2, 1, 'a'), at(2, 0, 'z'))).toBeGreaterThan(0);
  expect(compareTimestamps(at(2, 1, 'a'), at(2, 1, 'b'))).toBeLessThan(0);
  expect(compareTimestamps(at(2, 1, 'b'), at(2, 1, 'a'))).toBeGreaterThan(0);
  expect(compareTimestamps(at(2, 1, 'a'), at(2, 1, 'a'))).toBe(0);
});
