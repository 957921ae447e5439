import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { tables } from './tables.mjs';

/** Without what a formatter may move. */
const words = (text) => text.replace(/[\s|:-]+/g, ' ').trim();

test('the performance page shows the runs that are committed beside it, with the goals that were not met', () => {
  const page = readFileSync(new URL('../performance.md', import.meta.url), 'utf8');
  const shown = /<!-- tables -->(.*)<!-- \/tables -->/s.exec(page)?.[1] ?? '';
  expect(words(shown)).toBe(words(tables()));
  expect(shown).toContain('| goal');
});
