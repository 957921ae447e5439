import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [{ 'retry-after': '120' }, 120_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:20 GMT' }, 10_000],
  [{ 'retry-after': 'Thu Jan  1 00:00:30 2026', date: 'Thursday, 01-Jan-26 00:00:20 GMT' }, 10_000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' }, undefined],
  [{ 'retry-after': '0' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': 'in window 49' }, undefined],
  [{ 'retry-after': '1.5' }, undefined],
  // No number holds it, and the queue has a bound of its own: no wait would be the opposite of what was asked.
  [{ 'retry-after': '9'.repeat(400) }, Number.MAX_SAFE_INTEGER],
  [{ 'retry-after': '9007199254740993' }, Number.MAX_SAFE_INTEGER],
  [{}, undefined],
])('reads %j as %p', (headers, expected) => {
  expect(retryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(expected);
});

test('a clock with fractions of a millisecond loses no date', () => {
  const headers = new Headers({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' });
  expect(retryAfterMs(headers, now + 0.25)).toBe(30_000);
});
