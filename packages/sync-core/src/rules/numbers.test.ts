import { describe, expect, test } from '@jest/globals';
import { newOperation, storedOperation } from '../../test/fixtures.js';
import type { Settlement } from '../ports/queue-storage.js';
import { LARGEST_NUMBER } from './bounds.js';
import { clampNumber, clampOperation, clampSettlement, clampStored } from './numbers.js';

test.each([
  [0, 0],
  [-12.5, -12.5],
  [LARGEST_NUMBER, LARGEST_NUMBER],
  [Infinity, LARGEST_NUMBER],
  [-Infinity, -LARGEST_NUMBER],
  [Number.MAX_VALUE, LARGEST_NUMBER],
  [NaN, 0],
])('%d is held to %d', (value, held) => {
  expect(clampNumber(value)).toBe(held);
});

describe('an operation', () => {
  const fields = ['priority', 'rank', 'version', 'createdAt', 'scheduledAt', 'conflictRounds'] as const;

  test.each([...fields, 'expiresAt'] as const)(
    'has an absurd %s held to sense, and nothing else',
    (field) => {
      const operation = newOperation('a');
      expect(clampOperation({ ...operation, [field]: Infinity })).toEqual({
        ...operation,
        [field]: LARGEST_NUMBER,
      });
    },
  );

  test('that is sensible is itself, whether it expires or not', () => {
    for (const operation of [newOperation('a'), newOperation('b', { expiresAt: 5000 })])
      expect(clampOperation(operation)).toBe(operation);
  });

  test('that expires, and has another absurd field, still expires then', () => {
    const operation = newOperation('a', { expiresAt: 5000, rank: NaN });
    expect(clampOperation(operation)).toEqual({ ...operation, rank: 0 });
  });

  test.each(['attempts', 'dueAt', 'delayMs'] as const)('that comes back has its %s held too', (field) => {
    const stored = storedOperation('a');
    expect(clampStored(stored)).toBe(stored);
    expect(clampStored({ ...stored, [field]: -Infinity })).toEqual({ ...stored, [field]: -LARGEST_NUMBER });
  });
});

describe('a settlement', () => {
  test('that says when to go again says it in sense', () => {
    const again: Settlement = { id: 'a', kind: 'reschedule', dueAt: Infinity, delayMs: NaN, counts: true };
    expect(clampSettlement(again)).toEqual({ ...again, dueAt: LARGEST_NUMBER, delayMs: 0 });
  });

  test('that replaces an operation holds the new one', () => {
    const operation = newOperation('b', { version: Infinity });
    const replace: Settlement = { id: 'a', kind: 'replace', operation };
    expect(clampSettlement(replace)).toMatchObject({ operation: { id: 'b', version: LARGEST_NUMBER } });
  });

  const failure = { code: 'REJECTED', message: 'no' };
  test.each<Settlement>([
    { id: 'a', kind: 'remove' },
    { id: 'a', kind: 'release', sent: true },
    { id: 'a', kind: 'hold', state: 'parked', failure, counts: true },
  ])('of kind $kind has no numbers, and is itself', (settlement) => {
    expect(clampSettlement(settlement)).toBe(settlement);
  });
});
