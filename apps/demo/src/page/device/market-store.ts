import type { MarketCopy, OrderRecord } from '../../shared/api.js';
import type { PersonId } from '../../shared/people.js';
import type { Cable } from './cable.js';
import type { DeviceId } from './devices.js';
import { credentialsOf } from './wire-device.js';

const EMPTY: MarketCopy = { orders: [], currency: 'EUR' };

/** The market as a person last saw it on a device, kept for the time without a network. */
export class MarketStore {
  readonly #person: PersonId;
  readonly #cable: Cable;
  readonly #key: string;
  #copy: MarketCopy;
  #questions = 0;
  #notes = 0;

  constructor(device: DeviceId, person: PersonId, cable: Cable) {
    this.#person = person;
    this.#cable = cable;
    this.#key = `market-day.copy.${device}.${person}`;
    const kept = localStorage.getItem(this.#key);
    this.#copy = kept === null ? EMPTY : (JSON.parse(kept) as MarketCopy);
  }

  get copy(): MarketCopy {
    return this.#copy;
  }

  /**
   * Asks the server, and again where something was acknowledged meanwhile, which the answer may not know of. Where it
   * was asked again by somebody else, only the later answer counts.
   *
   * @returns false where no answer came that counts; what was kept stays
   */
  async refresh(): Promise<boolean> {
    const question = ++this.#questions;
    try {
      for (;;) {
        const notes = this.#notes;
        const headers = credentialsOf(this.#person);
        const answer = await this.#cable.fetch('/api/market', { headers, cache: 'no-store' });
        const copy = answer.ok ? ((await answer.json()) as MarketCopy) : undefined;
        if (copy === undefined || question !== this.#questions) return false;
        if (notes !== this.#notes) continue;
        this.#keep(copy);
        return true;
      }
    } catch (error) {
      // No network, a request that was cut, a portal's page in the place of the answer: all normal here.
      if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
        return false;
      throw error;
    }
  }

  /** Notes what the server acknowledged, so that it shows before the next refresh. */
  put(order: OrderRecord): void {
    this.#notes++;
    const { orders } = this.#copy;
    const at = orders.findIndex((known) => known.order === order.order);
    this.#keep({ ...this.#copy, orders: at < 0 ? [order, ...orders] : orders.with(at, order) });
  }

  setCurrency(currency: MarketCopy['currency']): void {
    this.#notes++;
    this.#keep({ ...this.#copy, currency });
  }

  #keep(copy: MarketCopy): void {
    this.#copy = copy;
    localStorage.setItem(this.#key, JSON.stringify(copy));
  }
}
