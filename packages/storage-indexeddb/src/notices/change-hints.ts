/** What carries hints between the tabs of an origin; a `BroadcastChannel` fits. */
export interface HintChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

/** What other tabs are told: that the queue changed, or that somebody said who is signed in. */
export type Hint = 'changed' | 'signedIn';

/** Tells other tabs that the queue changed, and hears it from them. Nothing depends on a hint arriving. */
export class ChangeHints {
  readonly #connect: () => HintChannel | undefined;
  readonly #onHint: (hint: Hint) => void;
  #channel: HintChannel | undefined = undefined;

  constructor(connect: () => HintChannel | undefined, onHint: (hint: Hint) => void) {
    this.#connect = connect;
    this.#onHint = onHint;
  }

  start(): void {
    if (this.#channel !== undefined) return;
    this.#channel = this.#connect();
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data === 'changed' || data === 'signedIn') this.#onHint(data);
    });
  }

  stop(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  send(hint: Hint = 'changed'): void {
    this.#channel?.postMessage(hint);
  }
}

/** A `BroadcastChannel`, where the platform has one. */
export function broadcastHints(name: string): HintChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`cpc-sync:${name}`);
}
