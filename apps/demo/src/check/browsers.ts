import { existsSync } from 'node:fs';
import type { BrowserContext } from 'playwright-core';
import { chromiumPage, firefoxPage } from './browser-page.js';
import type { CheckBrowser } from './check.js';

/** Launches a Chromium: the workspace's tools know how. */
export type LaunchBrowser = () => Promise<{ readonly context: BrowserContext; close(): Promise<void> }>;

const FIREFOX_PATHS = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

export async function chromium(launch: LaunchBrowser): Promise<CheckBrowser> {
  const browser = await launch();
  return { page: await chromiumPage(browser.context), close: () => browser.close() };
}

/** @throws Error that says what to do where there is no Firefox */
export async function firefox(): Promise<CheckBrowser> {
  const executablePath = process.env['CPC_FIREFOX'] ?? FIREFOX_PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'No Firefox was found. Install one, or name one in the environment variable CPC_FIREFOX.',
    );
  }
  const { launch } = await import('puppeteer-core');
  const browser = await launch({ browser: 'firefox', executablePath, headless: true });
  return { page: firefoxPage(await browser.newPage()), close: () => browser.close() };
}
