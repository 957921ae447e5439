import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { startDemoServer, type DemoServer } from '../server/demo-server.js';
import { DemoPage } from './demo-page.js';

export type LaunchBrowser = () => Promise<{
  readonly context: BrowserContext;
  close(): Promise<void>;
}>;

export interface CheckOptions {
  /** Where the built page lies. */
  readonly pageFolder: string;
  readonly launchBrowser: LaunchBrowser;
  readonly print: (line: string) => void;
}

/**
 * Plays the scenario of the demo against the real server, on fresh data: offline, three changes, reload, online.
 *
 * @returns whether the server has exactly what the page enqueued
 */
export async function check({ pageFolder, launchBrowser, print }: CheckOptions): Promise<boolean> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'market-day-'));
  const onError = (error: unknown): void => print(`The server failed: ${String(error)}`);
  const server = await startDemoServer({ dataFolder, pageFolder, port: 0, onError });
  try {
    const browser = await launchBrowser();
    try {
      return await play(new DemoPage(browser.context, server.url), server, print);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function play(page: DemoPage, server: DemoServer, print: (line: string) => void): Promise<boolean> {
  let step = 0;
  const run = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    step += 1;
    try {
      await work();
    } catch (error) {
      throw new Error(`Step ${step}, "${title}", failed.`, { cause: error });
    }
    print(`${step}. ${title}`);
  };
  await run('The page is open, and the service worker keeps it', () => page.open());
  await run('The network is gone', () => page.setOnline(false));
  await run('Ada changes her currency', () => page.choose('currency', 'JPY'));
  await run('Ada changes her language', () => page.choose('language', 'de'));
  await run('Ada changes her theme', () => page.choose('theme', 'dark'));
  await run('All three changes wait on this device', () => page.seesChanges({ waiting: 3, server: 0 }));
  const enqueued = await page.changeIds();
  await run('The page is loaded again, still without a network', () => page.reload());
  await run('All three changes are still there', () => page.seesChanges({ waiting: 3, server: 0 }));
  await run('Nothing has reached the server yet', () => expectEqual(server.summary().effects, 0));
  await run('The network is back', () => page.setOnline(true));
  await run('The page shows all three changes on the server', () =>
    page.seesChanges({ waiting: 0, server: 3 }),
  );
  await run('The server passed all three on to the notice board', () => page.seesNotices(3));
  const recorded = server.changesOf('ada').map(({ id }) => id);
  await run('The server has the very operations that were enqueued, once each', () =>
    expectEqual([...recorded].sort().join(), [...enqueued].sort().join()),
  );
  await run("Ben's database and settings are untouched", () =>
    expectEqual(server.changesOf('ben').length, 0),
  );
  const effects = server.summary().effects;
  const requests = page.requestsSent;
  print(
    `${enqueued.length} operations enqueued, ${requests} requests sent, ${effects} effects on the server`,
  );
  return enqueued.length === 3 && effects === enqueued.length && requests >= enqueued.length;
}

function expectEqual<T>(actual: T, expected: T): Promise<void> {
  if (actual === expected) return Promise.resolve();
  return Promise.reject(new Error(`Expected ${String(expected)}, but found ${String(actual)}.`));
}
