import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where distributions put Chromium and Chrome. */
const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Path of a Chromium that is on this machine already: the one that `CPC_CHROMIUM` names, else the system's,
 * else Playwright's.
 *
 * @returns {string | undefined}
 */
export function findBrowser() {
  const chosen = process.env['CPC_CHROMIUM'];
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new Error(`CPC_CHROMIUM names ${chosen}, and there is no such file.`);
    return chosen;
  }
  return [...SYSTEM_PATHS, chromium.executablePath()].find((path) => path !== '' && existsSync(path));
}
