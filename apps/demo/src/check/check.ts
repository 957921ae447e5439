import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoServer, startDemoServer } from '../server/demo-server.js';
import type { BrowserPage } from './browser-page.js';
import { MarketPage } from './market-page.js';
import { SCENES, type Stage } from './scenario.js';

/** A browser with a fresh profile, on an empty page. */
export interface CheckBrowser {
  readonly page: BrowserPage;
  close(): Promise<void>;
}

export interface CheckOptions {
  readonly pageFolder: string;
  readonly launch: () => Promise<CheckBrowser>;
  /** Where pictures are put; none are taken when absent. */
  readonly pictures?: string | undefined;
  readonly print: (line: string) => void;
}

/**
 * Plays the sixty seconds on a server with fresh data and a browser with a fresh profile.
 *
 * @returns whether everything agrees; what does not is printed
 */
export async function check(options: CheckOptions): Promise<boolean> {
  const { pageFolder, print } = options;
  const dataFolder = mkdtempSync(join(tmpdir(), 'market-day-'));
  const faults: unknown[] = [];
  const onError = (error: unknown): void => void faults.push(error);
  const server = await startDemoServer({ dataFolder, pageFolder, port: 0, onError });
  try {
    const browser = await options.launch();
    try {
      await play(browser.page, server, options);
      const complaints = [...browser.page.complaints, ...faults.map(String)];
      for (const complaint of complaints) print(`Somebody complained: ${complaint}`);
      return complaints.length === 0;
    } finally {
      await browser.close();
    }
  } catch (error) {
    print(wordsOf(error));
    return false;
  } finally {
    await server.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function play(
  browser: BrowserPage,
  server: DemoServer,
  { pictures, print }: CheckOptions,
): Promise<void> {
  await browser.goto(server.url);
  const page = new MarketPage(browser);
  const picture = (name: string): Promise<void> =>
    pictures === undefined ? Promise.resolve() : takeAll(browser, join(pictures, name));
  const stage: Stage = { page, server, picture, print };
  for (const [at, scene] of SCENES.entries()) {
    try {
      await scene.play(stage);
    } catch (error) {
      throw new Error(`Scene ${at + 1}, "${scene.title}", failed in ${browser.name}.`, { cause: error });
    }
    print(`${at + 1}. ${scene.title}`);
  }
  const ledger = server.ledger();
  const keys = new Set(ledger.map(({ person, key }) => `${person} ${key}`)).size;
  const requests = await page.figure('[data-requests]', '');
  if (keys !== ledger.length) throw new Error(`${ledger.length} effects of ${keys} operations.`);
  print(`${keys} operations, ${ledger.length} effects on the server, ${requests} requests after the reload`);
}

/** On a desk, at night, and on a phone. */
async function takeAll(browser: BrowserPage, path: string): Promise<void> {
  const desk = { width: 1360, height: 1000, shows: 'h1' };
  await browser.look({ path: `${path}.png`, ...desk, isDark: false });
  await browser.look({ path: `${path}-dark.png`, ...desk, isDark: true });
  await browser.look({ path: `${path}-phone.png`, width: 390, height: 844, isDark: false, shows: '.card' });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  ${wordsOf(error.cause)}`;
}
