import type { News } from '../shared/api.js';

/** Listens to the server's events. The browser connects again by itself after every break. */
export class ServerFeed {
  #source: EventSource | undefined;

  /** @param onState - told whether the events come through */
  start(onNews: (news: News) => void, onState: (isThere: boolean) => void): void {
    this.stop();
    this.#source = new EventSource('/api/events');
    this.#source.addEventListener('open', () => onState(true));
    this.#source.addEventListener('error', () => onState(false));
    this.#source.addEventListener('news', (event) => onNews(JSON.parse(String(event.data)) as News));
  }

  stop(): void {
    this.#source?.close();
    this.#source = undefined;
  }
}
