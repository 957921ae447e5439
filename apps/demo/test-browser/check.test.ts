import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { launchBrowser } from '../../../tools/browser/index.mjs';
import { main } from '../src/start/main.js';

const appFolder = fileURLToPath(new URL('../', import.meta.url));

test('the check plays all scenes, and every operation has one effect', async () => {
  const lines: string[] = [];
  const tools = { launchBrowser, print: (line: string) => void lines.push(line), appFolder };
  const code = await main(['--check'], tools);
  expect([code, lines.at(-1)]).toEqual([
    0,
    expect.stringMatching(/^10017 operations, 10017 effects on the server, \d+ requests after the reload$/),
  ]);
}, 300_000);

test('arguments that make no sense are explained, and nothing starts', async () => {
  const lines: string[] = [];
  const tools = { launchBrowser, print: (line: string) => void lines.push(line), appFolder };
  expect(await main(['--port', 'eighty'], tools)).toBe(2);
  expect(lines.join()).toContain('--port takes a number from 0 to 65535, but got "eighty"');
  expect(await main(['--check', '--browser', 'lynx'], tools)).toBe(2);
  expect(await main(['--chekc'], tools)).toBe(2);
  expect(await main(['--help'], tools)).toBe(0);
});
