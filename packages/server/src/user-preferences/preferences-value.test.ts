import { expect, test } from '@jest/globals';
import { DEFAULT_PREFERENCES, withChange } from './preferences-value.js';

test('a language is kept in its canonical form, whoever sends it', () => {
  expect(withChange(DEFAULT_PREFERENCES, { language: 'de-ch' }).language).toBe('de-CH');
  expect(withChange(DEFAULT_PREFERENCES, { theme: 'dark' }).language).toBe('en');
});
