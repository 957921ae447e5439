import { expect, test } from '@jest/globals';
import { refreshed, snippetsOf, sourceOf, textOf } from './snippets.mjs';
import { markdownFiles } from './texts.mjs';

const files = markdownFiles().map((file) => [file]);
const guides = files.filter(([file]) => /^docs\/[^/]+\.md$/.test(file));

test.each(files)('%s shows its snippets as they ran', (file) => {
  for (const { source, code } of snippetsOf(textOf(file))) {
    if (source !== undefined) expect({ source, code }).toEqual({ source, code: sourceOf(source) });
  }
});

test.each(guides)('%s shows no program that did not run, or says why', (file) => {
  const unproven = snippetsOf(textOf(file)).filter(
    ({ language, source, isExcused }) =>
      ['js', 'ts', 'jsx', 'tsx'].includes(language) && source === undefined && !isExcused,
  );
  expect(unproven.map(({ code }) => code)).toEqual([]);
});

test('a text is refreshed from the source that it names', () => {
  const text =
    '<!-- snippet docs/examples/operations.ts#operations -->\n\n```js\nold\n```\n\nand\n\n```js\nkept\n```\n';
  expect(refreshed(text)).toContain("defineOperation('stall.sell'");
  expect(refreshed(text)).toContain('```js\nkept\n```');
  expect(refreshed(refreshed(text))).toBe(refreshed(text));
  expect(refreshed(text.replace('old\n', ''))).toBe(refreshed(text));
});

test('a snippet must name a region that is there', () => {
  expect(() => sourceOf('docs/examples/operations.ts#nothing')).toThrow('no region "nothing"');
  expect(() => sourceOf('docs/examples/operations.ts')).toThrow('FILE#REGION');
});
