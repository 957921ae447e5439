import type { Notice } from '../shared/api.js';

/** What the server tells every open page as it happens. */
export interface News {
  readonly notices: readonly Notice[];
}

/** Listens to the server's events. The browser connects again by itself after every break. */
export class ServerFeed {
  #source: EventSource | undefined;

  start(onNews: (news: News) => void): void {
    this.stop();
    this.#source = new EventSource('/api/events');
    this.#source.addEventListener('news', (event) => onNews(JSON.parse(String(event.data)) as News));
  }

  stop(): void {
    this.#source?.close();
    this.#source = undefined;
  }
}
