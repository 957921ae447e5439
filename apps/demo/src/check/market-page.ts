import { systemClock } from '@cpc/sync-core';
import type { BrowserPage } from './browser-page.js';

/** How long a step may take, in milliseconds: the machine may be busy. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 50;

/** An order as a panel shows it. */
export interface ShownOrder {
  readonly order: string;
  readonly item: string;
  readonly place: string;
  readonly text: string;
}

/** A request as the panel in the middle shows it. */
export interface ShownExchange {
  readonly outcome: string;
  readonly text: string;
}

/** The page as somebody sees it who has only its elements. */
export class MarketPage {
  readonly browser: BrowserPage;

  constructor(browser: BrowserPage) {
    this.browser = browser;
  }

  /** Waits until `work`, in the page, gives something that `isIt` takes. */
  async until<Arg, Result>(
    what: string,
    work: (arg: Arg) => Result | Promise<Result>,
    arg: Arg,
    isIt: (result: Result) => boolean,
  ): Promise<Result> {
    const endsAt = systemClock.monotonicMs() + PATIENCE_MS;
    let last: unknown;
    while (systemClock.monotonicMs() < endsAt) {
      try {
        const result = await this.browser.evaluate(work, arg);
        if (isIt(result)) return result;
        last = result;
      } catch (error) {
        // The page may be on its way from one document to the next.
        last = error;
      }
      await new Promise<void>((resolve) => void systemClock.setTimer(resolve, LOOK_MS));
    }
    throw new Error(`Waited for this in vain: ${what}. Last seen: ${JSON.stringify(last)}`);
  }

  async sees(selector: string, text: string): Promise<void> {
    const read = (wanted: string): string =>
      (document.querySelector<HTMLElement>(wanted)?.innerText ?? '').replace(/\s+/g, ' ');
    await this.until(`"${text}" in ${selector}`, read, selector, (found) => found.includes(text));
  }

  async click(selector: string): Promise<void> {
    const press = (wanted: string): boolean => {
      const found = document.querySelector<HTMLButtonElement>(wanted);
      if (found === null || found.disabled) return false;
      found.click();
      return true;
    };
    await this.until(`${selector} to click on`, press, selector, (isPressed) => isPressed);
  }

  /** Presses the tour's button and waits until it has done what it says. */
  async play(step: string): Promise<void> {
    const stepOf = (): string | undefined => {
      const bar = document.querySelector<HTMLElement>('.tour');
      return bar?.dataset['busy'] === undefined ? bar?.dataset['step'] : undefined;
    };
    await this.until(`the tour at "${step}"`, stepOf, undefined, (at) => at === step);
    await this.click('.tour [data-next]');
    await this.until(`the tour beyond "${step}"`, stepOf, undefined, (at) => at !== undefined && at !== step);
  }

  orders(device: string): Promise<readonly ShownOrder[]> {
    return this.browser.evaluate(
      (id) =>
        [...document.querySelectorAll<HTMLElement>(`[data-device="${id}"] .order`)].map((row) => ({
          order: row.dataset['order'] ?? '',
          item: row.dataset['item'] ?? '',
          place: row.dataset['place'] ?? '',
          text: row.innerText,
        })),
      device,
    );
  }

  /** Waits until every order of a device is in one of the places. */
  async ordersAre(device: string, count: number, places: readonly string[]): Promise<void> {
    const read = (id: string): readonly (string | undefined)[] =>
      [...document.querySelectorAll<HTMLElement>(`[data-device="${id}"] .order`)].map(
        (row) => row.dataset['place'],
      );
    await this.until(
      `${count} orders on ${device}, ${places.join(' or ')}`,
      read,
      device,
      (found) => found.length === count && found.every((place) => places.includes(place ?? '')),
    );
  }

  exchanges(): Promise<readonly ShownExchange[]> {
    return this.browser.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>('.wire li')].map((row) => ({
          outcome: row.dataset['outcome'] ?? '',
          text: row.querySelector('code')?.textContent ?? '',
        })),
      undefined,
    );
  }

  /** A figure of the panel in the middle. */
  figure(selector: string, name: string): Promise<number> {
    return this.browser.evaluate(
      ([wanted, attribute]) => {
        const found = document.querySelector(wanted ?? '');
        const text = attribute === '' ? found?.textContent : found?.getAttribute(attribute ?? '');
        return Number((text ?? '').replaceAll(',', ''));
      },
      [selector, name],
    );
  }
}
