import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { installBrowser } from './install-browser.mjs';

/** Keeps the browser quiet: no first-run page, no updates, no requests of its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Launches a headless Chromium on a fresh profile, or on the one given.
 *
 * @param {import('./index.mjs').LaunchOptions} [options]
 * @returns {Promise<import('./index.mjs').LaunchedBrowser>}
 */
export async function launchBrowser(options = {}) {
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), 'cpc-browser-')));
  const removeProfile = async () => {
    if (options.profile === undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: installBrowser(),
      headless: true,
      args: [...FLAGS, ...(options.args ?? [])],
      ...options.context,
    });
    const close = async () => {
      await context.close();
      await removeProfile();
    };
    return { context, profile, close };
  } catch (error) {
    await removeProfile();
    throw error;
  }
}
