import { expect, test } from '@jest/globals';
import { newOperation, storedOperation } from '../../test/fixtures.js';
import type { Settlement } from '../ports/queue-storage.js';
import { LARGEST_NUMBER } from './bounds.js';
import { clampList, clampNumber, clampOperation, clampSettlement, clampStored } from './numbers.js';

test('a number that no date knows becomes the largest one, and none becomes 0', () => {
  expect([1, -1, 0.5, Infinity, -1e300, NaN].map(clampNumber)).toEqual([
    1,
    -1,
    0.5,
    LARGEST_NUMBER,
    -LARGEST_NUMBER,
    0,
  ]);
});

test('what is sensible is handed on as it is', () => {
  const operation = newOperation('a', { expiresAt: 5 });
  const stored = storedOperation('a');
  const settlements: readonly Settlement[] = [
    { id: 'a', kind: 'remove' },
    { id: 'a', kind: 'reschedule', dueAt: 1, delayMs: 1, counts: true },
    { id: 'a', kind: 'replace', operation },
  ];
  expect(clampOperation(operation)).toBe(operation);
  expect(clampStored(stored)).toBe(stored);
  expect(clampList(settlements, clampSettlement)).toBe(settlements);
});

test.each([
  'priority',
  'rank',
  'version',
  'createdAt',
  'scheduledAt',
  'conflictRounds',
  'expiresAt',
] as const)('an absurd %s of an operation is held to sense, in all that brings one', (name) => {
  const absurd = newOperation('a', { [name]: Infinity });
  const sensible = { ...absurd, [name]: LARGEST_NUMBER };
  expect(clampOperation(absurd)).toEqual(sensible);
  expect(clampStored({ ...storedOperation('a'), [name]: Infinity })).toMatchObject({
    [name]: LARGEST_NUMBER,
  });
  expect(clampSettlement({ id: 'a', kind: 'replace', operation: absurd })).toEqual({
    id: 'a',
    kind: 'replace',
    operation: sensible,
  });
});

test.each(['attempts', 'dueAt', 'delayMs'] as const)(
  'an absurd %s of a stored one is held to sense',
  (name) => {
    expect(clampStored(storedOperation('a', { [name]: -Infinity }))[name]).toBe(-LARGEST_NUMBER);
  },
);

test('an absurd wait is held to sense', () => {
  expect(clampSettlement({ id: 'a', kind: 'reschedule', dueAt: 1e99, delayMs: NaN, counts: true })).toEqual({
    id: 'a',
    kind: 'reschedule',
    dueAt: LARGEST_NUMBER,
    delayMs: 0,
    counts: true,
  });
});
