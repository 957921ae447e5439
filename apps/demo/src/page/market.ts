import type { News } from '../shared/api.js';
import { type FaultSettings, fromQuery, toQuery } from '../shared/fault-settings.js';
import { DeviceSession } from './device/device-session.js';
import { type DrainReport, measureDrain } from './device/drain-meter.js';
import { ExchangeLog } from './device/exchange-log.js';
import { ServerFeed } from './server-feed.js';

/** How many visits are loaded at once. */
export const LOAD = 10_000;

const QUIET: News = { effects: 0, byKind: {}, ledger: [], revision: 0 };

/** Everything on the page: two devices, what the server tells, and the faults between them. */
export class Market {
  readonly log = new ExchangeLog(() => this.#tell());
  readonly a = new DeviceSession('a', this.log);
  readonly b = new DeviceSession('b', this.log);
  readonly #feed = new ServerFeed();
  readonly #listeners = new Set<() => void>();
  #news = QUIET;
  #isServerThere = false;
  #faults: FaultSettings = fromQuery(location.search);
  #drain: DrainReport | 'running' | undefined;

  get news(): News {
    return this.#news;
  }

  /** Whether the server's events reach the page. */
  get isServerThere(): boolean {
    return this.#isServerThere;
  }

  get faults(): FaultSettings {
    return this.#faults;
  }

  get drain(): DrainReport | 'running' | undefined {
    return this.#drain;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    for (const session of [this.a, this.b]) session.onChange(() => this.#tell());
    this.#applyFaults();
    this.#feed.start(
      (news) => this.#hear(news),
      (isThere) => {
        this.#isServerThere = isThere;
        this.#tell();
      },
    );
    await Promise.all([this.a.start(), this.b.start()]);
  }

  /** Plans faults everywhere, and puts them into the address, so that the run can be sent to somebody. */
  plan(faults: FaultSettings): void {
    this.#faults = faults;
    history.replaceState(null, '', `?${toQuery(faults)}`);
    this.#applyFaults();
    this.#tell();
  }

  /** Loads visits on the left device while its cable is out, plugs it in, and measures how they drain. */
  async load(): Promise<void> {
    if (this.#drain === 'running') return;
    this.#drain = 'running';
    this.#tell();
    this.#drain = await measureDrain(this.a, LOAD);
    this.#tell();
  }

  /** Resolves as soon as the condition holds. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.onChange(() => check());
      const check = (): void => {
        if (!condition()) return;
        stop();
        resolve();
      };
      check();
    });
  }

  #applyFaults(): void {
    const { seed, places } = this.#faults;
    this.a.network.plan(places.a, seed);
    this.b.network.plan(places.b, seed);
    // Without a network the server keeps what it was told last; the panel shows what was asked for.
    fetch(`/api/faults?${toQuery(this.#faults)}`, { method: 'PUT' }).catch(() => undefined);
  }

  #hear(news: News): void {
    const isNew = news.revision !== this.#news.revision;
    this.#news = news;
    this.#tell();
    if (isNew) for (const session of [this.a, this.b]) void session.refresh();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
