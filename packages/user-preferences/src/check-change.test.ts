import { describe, expect, test } from '@jest/globals';
import { checkChange } from './check-change.js';
import { CURRENCY_CODES } from './currency-codes.js';
import { DEFAULT_PREFERENCES, joinChanges, withChange, type PreferencesChange } from './preferences.js';

test.each<[string, unknown, PreferencesChange]>([
  ['a currency', { currency: 'CHF' }, { currency: 'CHF' }],
  ['bitcoin', { currency: 'BTC' }, { currency: 'BTC' }],
  ['a language, in its canonical form', { language: 'DE-ch' }, { language: 'de-CH' }],
  ['a language with a script', { language: 'zh-hant-tw' }, { language: 'zh-Hant-TW' }],
  ['a theme', { theme: 'dark' }, { theme: 'dark' }],
  ['one way of being told', { notifications: { push: true } }, { notifications: { push: true } }],
  ['nothing', {}, {}],
  ['a field that is undefined, which is absent', { theme: undefined, currency: 'EUR' }, { currency: 'EUR' }],
])('takes %s', (_, value, change) => {
  expect(checkChange(value)).toEqual(change);
});

describe('refuses', () => {
  test.each<[string, unknown, RegExp]>([
    ['a currency in small letters', { currency: 'eur' }, /currency takes a code of ISO 4217/],
    ['a currency that is no more', { currency: 'DEM' }, /currency/],
    ['metal', { currency: 'XAU' }, /currency/],
    ['a currency that is no text', { currency: 978 }, /got a value of type number/],
    ['a language that is none', { language: 'Deutsch, bitte' }, /language takes a language tag/],
    ['an empty language', { language: '' }, /language/],
    ['a theme that is none', { theme: 'blue' }, /theme takes system, light or dark/],
    ['a way of being told that is none', { notifications: { pigeon: true } }, /notifications takes/],
    ['a switch that is no switch', { notifications: { push: 'yes' } }, /notifications takes/],
    ['a field that is none', { colour: 'red' }, /colour is no preference/],
    ['a field of every object', { constructor: {} }, /constructor is no preference/],
    ['no object', 'EUR', /takes the fields to change/],
  ])('%s', (_, value, message) => {
    expect(() => checkChange(value)).toThrow(message);
    expect(() => checkChange(value)).toThrow(expect.objectContaining({ code: 'PAYLOAD_INVALID' }));
  });
});

test('every code but BTC and the newest is one that the platform knows', () => {
  const known = new Set(Intl.supportedValuesOf('currency'));
  const unknown = [...CURRENCY_CODES].filter((code) => !known.has(code));
  expect(['BTC', 'XCG', 'ZWG']).toEqual(expect.arrayContaining(unknown));
  expect(CURRENCY_CODES.size).toBeGreaterThan(150);
});

test('two changes joined are the same as one after the other', () => {
  const changes: PreferencesChange[] = [
    { currency: 'EUR', notifications: { push: true } },
    { notifications: { push: false, sms: true } },
    { theme: 'dark', currency: 'BTC' },
    {},
  ];
  for (const first of changes) {
    for (const second of changes) {
      expect(withChange(DEFAULT_PREFERENCES, joinChanges(first, second))).toEqual(
        withChange(withChange(DEFAULT_PREFERENCES, first), second),
      );
    }
  }
});
