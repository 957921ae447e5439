import type { BrowserContext, CDPSession, Page as PlaywrightPage } from 'playwright-core';
import type { Page as PuppeteerPage } from 'puppeteer-core';

/** The little that the scenario needs of a browser, so that any that can be driven can play it. */
export interface BrowserPage {
  readonly name: string;
  goto(url: string): Promise<void>;
  evaluate<Arg, Result>(work: (arg: Arg) => Result | Promise<Result>, arg: Arg): Promise<Result>;
  /** Runs a script in the page, past its content policy. */
  inject(script: string): Promise<void>;
  /** Cuts the whole browser off; where it cannot, only the page's own cables are cut. */
  setOffline(isOffline: boolean): Promise<void>;
  look(picture: Look): Promise<void>;
  /** What keeps the page from being installed; `undefined` where the browser does not say. */
  installErrors(): Promise<readonly string[] | undefined>;
  readonly complaints: readonly string[];
}

/** A picture to take. */
export interface Look {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly isDark: boolean;
  /** What should be in view. */
  readonly shows: string;
}

export type Scripting = Pick<BrowserPage, 'inject' | 'evaluate'>;

export const scriptingOf = (page: PlaywrightPage): Scripting => ({
  inject: async (script) => {
    await page.evaluate(script);
  },
  // Playwright maps the argument's type to what arrives; for plain data both are the same.
  evaluate: (work, arg) => page.evaluate(work as (arg: unknown) => unknown, arg) as never,
});

/** A page of Chromium, through Playwright. */
export async function chromiumPage(context: BrowserContext): Promise<BrowserPage> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1360, height: 900 });
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A request that meets no network is what this is about; the browser logs each.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    name: 'Chromium',
    complaints,
    goto: async (url) => {
      await page.goto(url);
    },
    ...scriptingOf(page),
    setOffline: (isOffline) => context.setOffline(isOffline),
    look: (picture) => take(page, picture),
    installErrors: async () => {
      const session: CDPSession = await context.newCDPSession(page);
      const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
      await session.detach();
      return installabilityErrors.map(({ errorId }) => errorId);
    },
  };
}

async function take(page: PlaywrightPage, { path, width, height, isDark, shows }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
  await page.setViewportSize({ width, height });
  const target = page.locator(shows).first();
  await target.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await page.screenshot({ path });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1360, height: 900 });
}

/** A page of Firefox, through WebDriver BiDi. It has no offline switch and takes no pictures here. */
export function firefoxPage(page: PuppeteerPage): BrowserPage {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  return {
    name: 'Firefox',
    complaints,
    goto: async (url) => {
      await page.goto(url);
    },
    inject: async (script) => {
      await page.evaluate(script);
    },
    evaluate: (work, arg) => page.evaluate(work as (arg: unknown) => unknown, arg) as never,
    setOffline: () => Promise.resolve(),
    look: () => Promise.resolve(),
    installErrors: () => Promise.resolve(undefined),
  };
}
