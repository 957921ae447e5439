import type { News } from '../shared/api.js';

type Listener = (news: string) => void;

/** Time between two editions, in milliseconds: ten thousand effects in a few seconds are not ten thousand events. */
const EVERY_MS = 150;

/** Tells every open page when something has changed on the server, a few times a second at the most. */
export class NewsDesk {
  readonly #compose: () => News;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param compose - what there is to tell, read anew each time */
  constructor(compose: () => News) {
    this.#compose = compose;
  }

  /** Tells the listener now and after every change. Returns the way to stop it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(JSON.stringify(this.#compose()));
    return () => this.#listeners.delete(listener);
  }

  /** Something changed. After the close it is nobody's concern: a request may end later than the desk. */
  publish(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const news = JSON.stringify(this.#compose());
      for (const listener of this.#listeners) listener(news);
    }, EVERY_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}
