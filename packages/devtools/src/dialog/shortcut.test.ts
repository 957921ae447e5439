import { expect, test } from '@jest/globals';
import { isShortcut, parseShortcut } from './shortcut.js';

const press = (code: string, ...down: ('ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey')[]): KeyboardEvent => {
  const none = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };
  return { code, ...none, ...Object.fromEntries(down.map((key) => [key, true])) } as KeyboardEvent;
};

test('is the key with exactly its modifiers', () => {
  const shortcut = parseShortcut('Alt+Shift+KeyQ');
  expect(isShortcut(shortcut, press('KeyQ', 'altKey', 'shiftKey'))).toBe(true);
  expect(isShortcut(shortcut, press('KeyQ', 'altKey'))).toBe(false);
  expect(isShortcut(shortcut, press('KeyQ', 'altKey', 'shiftKey', 'ctrlKey'))).toBe(false);
  expect(isShortcut(shortcut, press('KeyA', 'altKey', 'shiftKey'))).toBe(false);
});

test.each(['', 'Alt+', 'Shift', 'Hyper+KeyQ'])('%p is no shortcut', (text) => {
  expect(() => parseShortcut(text)).toThrow(RangeError);
});
