import type { BrowserSurroundings } from '@cpc/network';

/**
 * The cable of one device, to pull and to plug in by hand: while it is out, the device's monitor sees no network
 * and requests fail as they do in a browser without one. Two devices on one page need one each.
 */
export class Cable {
  readonly #events = new EventTarget();
  readonly #storageKey: string;
  #isOn: boolean;
  /** Aborted when the cable is pulled, so that a request under way loses its answer. */
  #cable = new AbortController();

  constructor(storageKey: string) {
    this.#storageKey = storageKey;
    this.#isOn = localStorage.getItem(storageKey) !== 'off';
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Survives a reload of the page, as a real dead spot would. */
  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    localStorage.setItem(this.#storageKey, isOn ? 'on' : 'off');
    if (isOn) this.#cable = new AbortController();
    else this.#cable.abort(new TypeError('The network was switched off.'));
    this.#events.dispatchEvent(new Event(isOn ? 'online' : 'offline'));
  }

  /** Passes on what the browser says about the real network. Returns the way to stop it. */
  follow(page: Window): () => void {
    const forward = ({ type }: Event): void => void this.#events.dispatchEvent(new Event(type));
    page.addEventListener('online', forward);
    page.addEventListener('offline', forward);
    return () => {
      page.removeEventListener('online', forward);
      page.removeEventListener('offline', forward);
    };
  }

  /** What a monitor looks at in the place of the page's globals. */
  surroundings(page: Window): BrowserSurroundings {
    const isOn = (): boolean => this.#isOn && page.navigator.onLine;
    return {
      events: this.#events,
      document: page.document,
      navigator: {
        get onLine() {
          return isOn();
        },
      },
    };
  }

  readonly fetch: typeof globalThis.fetch = (input, init) => {
    if (!this.#isOn) return Promise.reject(new TypeError('Failed to fetch'));
    const signals = [this.#cable.signal, ...(init?.signal ? [init.signal] : [])];
    return globalThis.fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };
}
