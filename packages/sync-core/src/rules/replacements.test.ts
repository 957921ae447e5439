import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import type { Settlement } from '../ports/queue-storage.js';
import { checkReplacements } from './replacements.js';

const replace = (id: string, by: string): Settlement => ({
  id,
  kind: 'replace',
  operation: newOperation(by),
});

function check(
  settlements: readonly Settlement[],
  present: readonly string[] = [],
  stale: readonly string[] = [],
) {
  checkReplacements(
    settlements,
    (id) => !stale.includes(id),
    (id) => present.includes(id),
  );
}

test('an operation may be replaced under an id of its own, and under its own id', () => {
  expect(() =>
    check([replace('a', 'b'), replace('c', 'c'), { id: 'd', kind: 'remove' }], ['a', 'c']),
  ).not.toThrow();
});

test('an id that is in the queue is refused, and so is one that two replacements bring in', () => {
  const reused = expect.objectContaining({ code: 'OPERATION_ID_REUSED', details: { id: 'b' } });
  expect(() => check([replace('a', 'b')], ['a', 'b'])).toThrow(reused);
  expect(() => check([replace('a', 'b'), replace('c', 'b')], ['a', 'c'])).toThrow(reused);
});

test('what is stale is left alone: when it is repeated, its new id is there already', () => {
  expect(() => check([replace('a', 'b')], ['b'], ['a'])).not.toThrow();
});
