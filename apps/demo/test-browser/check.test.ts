import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { launchBrowser } from '../../../tools/browser/index.mjs';
import { main } from '../src/start/main.js';

const appFolder = fileURLToPath(new URL('../', import.meta.url));

test('the check ends with three operations, at least three requests and three effects', async () => {
  const lines: string[] = [];
  const tools = { launchBrowser, print: (line: string) => void lines.push(line), appFolder };
  expect(await main(['--check'], tools)).toBe(0);
  expect(lines.at(-1)).toMatch(
    /^3 operations enqueued, ([3-9]|\d{2,}) requests sent, 3 effects on the server$/,
  );
}, 120_000);

test('arguments that make no sense are explained, and nothing starts', async () => {
  const lines: string[] = [];
  const tools = { launchBrowser, print: (line: string) => void lines.push(line), appFolder };
  expect(await main(['--port', 'eighty'], tools)).toBe(2);
  expect(lines.join()).toContain('--port takes a number from 0 to 65535, but got "eighty"');
  expect(await main(['--chekc'], tools)).toBe(2);
  expect(await main(['--help'], tools)).toBe(0);
});
