import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { launchBrowser, type LaunchedBrowser } from '../../../tools/browser/index.mjs';
import { barriersOf } from '../src/check/barriers.js';
import { scriptingOf } from '../src/check/browser-page.js';
import { startDemoServer, type DemoServer } from '../src/server/demo-server.js';

/** The page as it was built; the target depends on the build. */
const pageFolder = fileURLToPath(new URL('../dist/page', import.meta.url));

/** A server with fresh data and a browser with a fresh profile. */
export class Demo {
  readonly server: DemoServer;
  readonly page: Page;
  /** What the browser complained about: errors of the page, and whatever the content policy stopped. */
  readonly complaints: string[] = [];
  readonly #browser: LaunchedBrowser;
  readonly #dataFolder: string;

  private constructor(server: DemoServer, browser: LaunchedBrowser, page: Page, dataFolder: string) {
    this.server = server;
    this.page = page;
    this.#browser = browser;
    this.#dataFolder = dataFolder;
    browser.context.on('weberror', (event) => this.complaints.push(event.error().message));
    browser.context.on('console', (message) => {
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) this.complaints.push(message.text());
    });
  }

  static async start(): Promise<Demo> {
    const dataFolder = mkdtempSync(join(tmpdir(), 'market-day-'));
    const onError = (error: unknown): void => {
      throw error;
    };
    const server = await startDemoServer({ dataFolder, pageFolder, port: 0, onError });
    const browser = await launchBrowser();
    const page = await browser.context.newPage();
    const demo = new Demo(server, browser, page, dataFolder);
    await page.goto(server.url);
    await demo.device('a').getByText('The server has everything.').waitFor();
    return demo;
  }

  device(id: 'a' | 'b'): Locator {
    return this.page.locator(`[data-device="${id}"]`);
  }

  /** What axe finds that would keep somebody out. */
  async barriers(): Promise<readonly string[]> {
    return barriersOf(scriptingOf(this.page));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
    rmSync(this.#dataFolder, { recursive: true, force: true });
  }
}
