import type { ChangeLog } from '../ports/change-log.js';

interface Listener {
  readonly channel: string;
  readonly tell: (head: number) => boolean;
  head: number;
}

interface ListenersParts {
  readonly log: Pick<ChangeLog<never>, 'heads'>;
  readonly every: (callback: () => void) => () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Whoever wants to hear of changes. One question to the log serves all of them, again and again while there is
 * anybody, so that changes by other processes are heard of too, on any database.
 */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | undefined;
  #isAsking = false;
  #askAgain = false;

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Tells of the channel's head soon, and then each time it has moved.
   *
   * @param tell - `false` says that it was not taken, and is to be told again
   * @returns the way to stop it
   */
  add(channel: string, tell: (head: number) => boolean): () => void {
    const listener: Listener = { channel, tell, head: -1 };
    this.#listeners.add(listener);
    this.#stop ??= this.#parts.every(() => this.check());
    this.check();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Asks the log now; once more, where it is being asked already and the answer may be older. */
  check(): void {
    this.#askAgain = this.#listeners.size > 0;
    if (this.#isAsking || !this.#askAgain) return;
    this.#isAsking = true;
    this.#ask()
      .catch(this.#parts.onError)
      .finally(() => {
        this.#isAsking = false;
        // Somebody may have called after the last look at it.
        if (this.#askAgain) this.check();
      });
  }

  async #ask(): Promise<void> {
    while (this.#askAgain) {
      this.#askAgain = false;
      const channels = new Set([...this.#listeners].map(({ channel }) => channel));
      const heads = await this.#parts.log.heads([...channels]);
      for (const listener of [...this.#listeners]) {
        const head = heads.get(listener.channel) ?? 0;
        if (head === listener.head) continue;
        if (listener.tell(head)) listener.head = head;
      }
    }
  }
}
