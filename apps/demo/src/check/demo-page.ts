import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Field } from '../shared/preferences.js';

/** How long a step may take, in milliseconds. */
const PATIENCE_MS = 30_000;

/** The page as Ada uses it, in a real browser. */
export class DemoPage {
  readonly #context: BrowserContext;
  readonly #url: string;
  #page: Page | undefined;
  #requestsSent = 0;

  constructor(context: BrowserContext, url: string) {
    this.#context = context;
    this.#url = url;
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname.startsWith('/sync'))
        this.#requestsSent += 1;
    });
  }

  /** Requests with operations that the browser sent, answered or not. */
  get requestsSent(): number {
    return this.#requestsSent;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('The page is not open yet.');
    return this.#page;
  }

  async open(): Promise<void> {
    this.#page = await this.#context.newPage();
    await this.page.goto(this.#url);
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await this.#panel().getByText('The server has everything.').waitFor();
  }

  async setOnline(isOnline: boolean): Promise<void> {
    await this.#context.setOffline(!isOnline);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#panel().waitFor();
  }

  /** Sets a preference as a person does, and waits until the page lists the change. */
  async choose(field: Field, value: string): Promise<void> {
    const before = await this.#rows().count();
    const setting = this.#panel().locator(`.setting[data-field="${field}"]`);
    if (field === 'theme') await setting.locator(`input[value="${value}"]`).check();
    else await setting.locator('select').selectOption(value);
    await this.#rows().nth(before).waitFor();
  }

  /** Waits until the list shows so many changes in each place. */
  async seesChanges(expected: { readonly waiting: number; readonly server: number }): Promise<void> {
    await this.page.waitForFunction(
      ([waiting, server]) => {
        const panel = document
          .querySelector('market-day')
          ?.shadowRoot?.querySelector('market-person')?.shadowRoot;
        const count = (place: string): number =>
          panel?.querySelectorAll(`li[data-place${place}]`).length ?? -1;
        return (
          count('="waiting"') === waiting && count('="server"') === server && count('') === waiting + server
        );
      },
      [expected.waiting, expected.server] as const,
    );
  }

  async seesNotices(count: number): Promise<void> {
    await this.page
      .locator('.notices li')
      .nth(count - 1)
      .waitFor();
  }

  /** The ids of Ada's changes, as the list shows them. */
  changeIds(): Promise<readonly string[]> {
    return this.#rows().evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id') ?? ''));
  }

  #panel(): Locator {
    return this.page.locator('market-person').first();
  }

  #rows(place?: string): Locator {
    const where = place === undefined ? '' : `[data-place="${place}"]`;
    return this.#panel().locator(`.changes li${where}`);
  }
}
