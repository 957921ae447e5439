import { launchBrowser } from '../../tools/browser/index.mjs';

/** A browser with tabs on the page under test, and the processes behind them. */
export class Cast {
  /** @param {{ origin: string, profile?: string }} options */
  static async enter({ origin, profile }) {
    const browser = await launchBrowser(profile === undefined ? {} : { profile });
    const owner = browser.context.browser();
    if (owner === null) throw new Error('The browser gives no access to its processes.');
    return new Cast(origin, browser, await owner.newBrowserCDPSession());
  }

  /** @type {Set<import('playwright-core').Page>} */
  tabs = new Set();
  /** Tabs that died of a killed renderer. */
  crashes = 0;

  /**
   * @param {string} origin
   * @param {import('../../tools/browser/index.mjs').LaunchedBrowser} browser
   * @param {import('playwright-core').CDPSession} session
   */
  constructor(origin, browser, session) {
    this.origin = origin;
    this.browser = browser;
    this.session = session;
  }

  async openTab({ produce = true, thinkMs = 0 } = {}) {
    const page = await this.browser.context.newPage();
    page.on('crash', () => {
      this.crashes += 1;
      this.tabs.delete(page);
      void page.close().catch(() => undefined);
    });
    await page.goto(`${this.origin}#${thinkMs}`);
    await page.waitForFunction(() => 'crash' in globalThis);
    this.tabs.add(page);
    if (produce) await page.evaluate(() => globalThis.crash.produce());
    return page;
  }

  /** Opens a tab and tells which new renderer it runs in; `undefined` where it shares one. */
  async openTabWithProcess(options) {
    const before = new Set(await this.processes('renderer'));
    const page = await this.openTab(options);
    const pid = (await this.processes('renderer')).find((one) => !before.has(one));
    return { page, pid, tab: await page.evaluate(() => globalThis.crash.tab) };
  }

  /**
   * @param {'browser' | 'renderer'} type
   * @returns {Promise<number[]>}
   */
  async processes(type) {
    const { processInfo } = await this.session.send('SystemInfo.getProcessInfo');
    return processInfo.filter((one) => one.type === type).map(({ id }) => id);
  }

  async stopProducing() {
    for (const page of this.tabs) await page.evaluate(() => globalThis.crash.stopProducing());
  }

  /** @param {import('playwright-core').Page} page the one that stays */
  async closeOthers(page) {
    for (const other of this.tabs) {
      if (other === page) continue;
      this.tabs.delete(other);
      await other.close();
    }
  }

  async leave() {
    await this.browser.close();
  }
}
