import { expect, test } from '@jest/globals';
import { CHANGES, changeOf, KINDS } from './operations.js';
import { FIELDS } from './preferences.js';

const check = (payload: unknown): unknown => changeOf('currency')['~standard'].validate(payload);

test('takes a choice, and nothing besides it', () => {
  expect(check({ currency: 'EUR' })).toEqual({ value: { currency: 'EUR' } });
  expect(check({ currency: 'EUR', admin: true })).toEqual({ value: { currency: 'EUR' } });
});

test.each([
  ['a value that is no choice', { currency: 'shells' }],
  ['a name that every object has', { currency: 'constructor' }],
  ['another type', { currency: 7 }],
  ['another field', { language: 'de' }],
  ['null', null],
  ['a text', 'EUR'],
])('refuses %s', (_title, payload) => {
  expect(check(payload)).toHaveProperty('issues');
});

test('every field has a kind of its own, and every kind names its field', () => {
  expect(Object.values(KINDS).sort()).toEqual([...FIELDS].sort());
  for (const field of FIELDS) expect(KINDS[CHANGES[field].kind]).toBe(field);
});

test('changes of one setting are one entity, and no setting waits for another', () => {
  expect(CHANGES.currency.entity?.({ currency: 'EUR' })).toBe('preferences/currency');
  expect(CHANGES.theme.entity?.({ theme: 'dark' })).toBe('preferences/theme');
});
