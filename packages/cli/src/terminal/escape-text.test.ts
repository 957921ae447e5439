import { expect, test } from '@jest/globals';
import { escapeText, toSafeJson } from './escape-text.js';

const HOSTILE = [
  '\u0000',
  '\u0007',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u009b',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200e',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\u{e0041}',
  '\ud800',
];

test('what a terminal would obey or hide is shown by its number', () => {
  for (const one of HOSTILE) {
    const shown = escapeText(`a${one}b`);
    expect(shown).toBe(`a\\u{${one.codePointAt(0)!.toString(16)}}b`);
    expect(shown).toMatch(/^[ -~]+$/);
  }
});

test('line feeds, carriage returns and tabs have their usual names', () => {
  expect(escapeText('a\r\n\tb')).toBe('a\\r\\n\\tb');
});

test('what is harmless stays as it is, in any script', () => {
  const harmless = 'Äpfel 苹果 🍎 שלום "C:\\path" 100 %';
  expect(escapeText(harmless)).toBe(harmless);
});

test('JSON holds nothing hostile and reads back as the same', () => {
  for (const one of HOSTILE) {
    const value = { [`k${one}`]: [`v${one}`] };
    for (const indent of [undefined, 2]) {
      const text = toSafeJson(value, indent);
      expect(text).toMatch(/^[ -~\n]+$/);
      expect(JSON.parse(text)).toEqual(value);
    }
  }
});
