import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { region } from './examples/region.mjs';

const text = readFileSync(new URL('testing.md', import.meta.url), 'utf8');
const testing = new URL('../packages/testing/src/', import.meta.url);

test.each([
  ['lost-answer', 'faults/fault-transport.test.ts'],
  ['fetch', 'http/fault-fetch.test.ts'],
  ['proxy', 'proxy/start-fault-proxy.test.ts'],
  ['storage', 'storage/failing-storage.test.ts'],
])('the page shows the very lines of the test, %s', (name, file) => {
  const lines = region(fileURLToPath(new URL(file, testing)), name);
  expect(text).toContain(`\`\`\`ts\n${lines}\`\`\``);
});
