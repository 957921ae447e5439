import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { SYNC_ERROR_CODES } from '@cpc/sync-core';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const SKIPPED = new Set(['node_modules', 'dist', 'out-tsc', 'api', 'test-results']);

/** Every file of TypeScript in the packages, with its text. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [{ path, text: readFileSync(path, 'utf8') }] : [];
  });
}

const all = sources(packages);
const isTest = ({ path }) => /\.test\.ts$|\/test(-browser)?\/|-cases\.ts$/.test(path);
const tests = all.filter(isTest);
const code = all.filter((one) => !isTest(one) && !one.path.endsWith('errors/sync-error.ts'));

test.each(SYNC_ERROR_CODES)('%s is given by some code, and expected by some test', (name) => {
  const mentions = ({ text }) => text.includes(`'${name}'`);
  expect(code.filter(mentions)).not.toEqual([]);
  expect(tests.filter(mentions)).not.toEqual([]);
});
