type Listener = (news: string) => void;

/** Tells every open page when something has changed on the server. */
export class NewsDesk {
  readonly #compose: () => unknown;
  readonly #listeners = new Set<Listener>();

  /** @param compose - what there is to tell, read anew each time */
  constructor(compose: () => unknown) {
    this.#compose = compose;
  }

  /** Tells the listener now and after every change. Returns the way to stop it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener(JSON.stringify(this.#compose()));
    return () => this.#listeners.delete(listener);
  }

  publish(): void {
    const news = JSON.stringify(this.#compose());
    for (const listener of this.#listeners) listener(news);
  }
}
