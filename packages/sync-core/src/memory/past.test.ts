import { expect, test } from '@jest/globals';
import { REMEMBERED_IDS } from '../rules/bounds.js';
import { Past } from './past.js';

test('the latest ids are remembered, however many came before, and the oldest give way', () => {
  const past = new Past();
  for (let at = 0; at <= 2 * REMEMBERED_IDS; at++) past.remember(`id-${at}`, null);
  expect(past.fateOf('id-0')).toBeUndefined();
  for (const at of [REMEMBERED_IDS + 1, 2 * REMEMBERED_IDS]) expect(past.fateOf(`id-${at}`)).toBeNull();
});

test('of an id that is remembered twice, the later word counts', () => {
  const past = new Past();
  past.remember('a', 'b');
  for (let at = 0; at < REMEMBERED_IDS; at++) past.remember(`id-${at}`, null);
  past.remember('a', 'c');
  expect(past.fateOf('a')).toBe('c');
});
