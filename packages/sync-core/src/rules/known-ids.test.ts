import { describe, expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { REFERENCE_ENDED } from './ended.js';
import { ENDED, endedReference, type Fate, isFreed, type KnownIds, successorOf } from './known-ids.js';

function idsOf(fates: Record<string, Fate>, present: readonly string[] = []): KnownIds {
  return {
    isPresent: (id) => present.includes(id),
    fateOf: (id) => fates[id],
    permanentIdOf: (id) => (id === 'made' ? 'permanent' : undefined),
  };
}

const naming = (...ids: readonly string[]) =>
  newOperation('x', { references: ids.map((id) => ({ id, path: '/of' })) });

describe('an operation that mentions what never came to be', () => {
  test('names the first that ended, over all that took its place', () => {
    const ids = idsOf({ a: 'b', b: 'c', c: ENDED, sent: null });
    expect(endedReference(naming('sent', 'unknown', 'made', 'a'), ids)).toBe('a');
    expect(endedReference(naming('a'), idsOf({ a: 'b', b: ENDED }, ['b']))).toBeUndefined();
  });

  const parked = (id?: string) => ({ code: REFERENCE_ENDED, ...(id !== undefined && { details: { id } }) });

  test('is freed when it mentions none any more, and no sooner', () => {
    const ids = idsOf({ a: ENDED });
    expect(isFreed(naming('other'), parked('a'), ids)).toBe(true);
    expect(isFreed(naming('a'), parked('a'), ids)).toBe(false);
  });

  test('is not freed by the end having been forgotten', () => {
    expect(isFreed(naming('a'), parked('a'), idsOf({}))).toBe(false);
    expect(isFreed(naming('a'), parked(), idsOf({}))).toBe(true);
  });

  test('is not freed when it was parked for another reason', () => {
    expect(isFreed(naming('other'), { code: 'OPERATION_KIND_UNKNOWN' }, idsOf({}))).toBe(false);
  });
});

test('a chain of successors that bites its tail ends, and means nobody', () => {
  const ids = idsOf({ a: 'b', b: 'a' });
  expect(successorOf('a', ids)).toBeUndefined();
  expect(endedReference(naming('a'), ids)).toBeUndefined();
});
