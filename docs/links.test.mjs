import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Folders whose texts are not ours, or are made by a build. */
const SKIPPED = new Set(['node_modules', 'dist', 'out-tsc', 'site', 'test-results']);

function texts(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : texts(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function deadLinks(file) {
  const prose = readFileSync(file, 'utf8').replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !existsSync(join(dirname(file), target)));
}

const files = texts(root);

test('there are texts to look at', () => {
  expect(files.length).toBeGreaterThan(5);
  expect(statSync(join(root, 'README.md')).isFile()).toBe(true);
});

test.each(files.map((file) => [relative(root, file)]))('%s links to nothing that is not there', (file) => {
  expect(deadLinks(join(root, file))).toEqual([]);
});
