import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root, textOf } from './snippets/snippets.mjs';
import { markdownFiles } from './snippets/texts.mjs';

function deadLinks(file) {
  const prose = textOf(file).replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !existsSync(join(root, dirname(file), target)));
}

const files = markdownFiles();

test('there are texts to look at', () => {
  expect(files).toContain('README.md');
  expect(files.length).toBeGreaterThan(40);
});

test.each(files)('%s links to nothing that is not there', (file) => {
  expect(deadLinks(file)).toEqual([]);
});
