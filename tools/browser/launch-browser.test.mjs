import { existsSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { findBrowser } from './find-browser.mjs';
import { launchBrowser } from './launch-browser.mjs';

const chosen = process.env['CPC_CHROMIUM'];
afterEach(() => {
  if (chosen === undefined) delete process.env['CPC_CHROMIUM'];
  else process.env['CPC_CHROMIUM'] = chosen;
});

test('a browser starts on a fresh profile and leaves none behind', async () => {
  const { context, profile, close } = await launchBrowser();
  const page = await context.newPage();
  expect(await page.evaluate('typeof indexedDB')).toBe('object');
  expect(existsSync(profile)).toBe(true);
  await close();
  expect(existsSync(profile)).toBe(false);
}, 400_000);

test('a chosen browser that is not there is an error that names it', () => {
  process.env['CPC_CHROMIUM'] = '/nowhere/chromium';
  expect(() => findBrowser()).toThrow('/nowhere/chromium');
});
