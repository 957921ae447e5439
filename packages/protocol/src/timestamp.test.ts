import { expect, test } from '@jest/globals';
import { formatTimestamp, MAX_TIMESTAMP_COUNTER, parseTimestamp, TimestampLimit } from './index.js';

const NOW = 1_700_000_000_000;
const YEAR = 365 * 24 * 3_600_000;
const stamp = (ms: number, node = 'a', counter = 0): string => formatTimestamp({ ms, counter, node });

test.each([
  { ms: NOW, counter: 0, node: 'a' },
  { ms: 35, counter: MAX_TIMESTAMP_COUNTER, node: 'a-b\nc' },
  { ms: NOW, counter: 7, node: 'a', correctedMs: -YEAR },
  { ms: NOW, counter: 7, node: 'a', correctedMs: 12_345 },
])('reads what it wrote: %j', (parts) => {
  expect(parseTimestamp(formatTimestamp(parts))).toEqual(parts);
});

test('leaves what is of the past, and what is no timestamp, as it is', () => {
  const limit = new TimestampLimit(() => NOW);
  for (const text of [stamp(NOW), stamp(NOW - 1), '2030-01-01', '']) expect(limit.cut(text)).toBe(text);
});

test('cuts the future back to the present, and keeps the order of what it cuts', () => {
  let now = NOW;
  const limit = new TimestampLimit(() => now);
  const cut = [stamp(NOW + YEAR), stamp(NOW + YEAR + 5), stamp(NOW + 1, 'b')].map((text) => limit.cut(text));
  expect(cut.map((text) => parseTimestamp(text)?.ms)).toEqual([NOW, NOW, NOW]);
  expect(cut).toEqual([...cut].sort());
  now += 1000;
  const later = limit.cut(stamp(NOW + YEAR + 6));
  expect(parseTimestamp(later)).toEqual({ ms: now, counter: 0, node: 'a' });
  now -= 5000;
  expect(limit.cut(stamp(NOW + YEAR + 7)) > later).toBe(true);
});
