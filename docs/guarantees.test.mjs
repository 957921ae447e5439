import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('docs/guarantees.md', root), 'utf8');
const lines = [...text.matchAll(/^- `(.+?)`: (.+)$/gm)].map(([, file, title]) => [file, title]);

test('every guarantee names at least one test', () => {
  const sections = text.split(/^## /m).slice(1);
  expect(sections).toHaveLength(10);
  for (const section of sections) expect(section).toMatch(/^- `/m);
});

test.each(lines)('%s has the test: %s', (file, title) => {
  expect(existsSync(new URL(file, root))).toBe(true);
  const source = readFileSync(new URL(file, root), 'utf8');
  const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``];
  expect(quoted.some((literal) => source.includes(literal))).toBe(true);
});
