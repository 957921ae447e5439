import { expect, test } from '@jest/globals';
import { visibleText } from './visible-text.js';

test.each([
  ['plain text and accents', 'Čaj — 3 €, 你好 👍', 'Čaj — 3 €, 你好 👍'],
  ['a right-to-left override', 'invoice\u202Efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
  ['an escape sequence of a terminal', '\u001B[31mred', '⟨U+001B⟩[31mred'],
  ['line ends and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
  ['a zero-width space', 'ad\u200Bmin', 'ad⟨U+200B⟩min'],
  ['a line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
  ['half of a pair', 'a\uD83D', 'a⟨U+D83D⟩'],
  ['an unseen tag character', '\u{E0041}', '⟨U+E0041⟩'],
])('writes out %s', (_title, text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('says where it cut', () => {
  expect(visibleText('abcdef', 3)).toBe('abc… (6 characters)');
});
