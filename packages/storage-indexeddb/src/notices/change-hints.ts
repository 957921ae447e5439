/** What carries hints between the tabs of an origin; a `BroadcastChannel` fits. */
export interface HintChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

const CHANGED = 'changed';

/** Tells other tabs that the queue changed, and hears it from them. Nothing depends on a hint arriving. */
export class ChangeHints {
  readonly #connect: () => HintChannel | undefined;
  readonly #onHint: () => void;
  #channel: HintChannel | undefined = undefined;

  constructor(connect: () => HintChannel | undefined, onHint: () => void) {
    this.#connect = connect;
    this.#onHint = onHint;
  }

  start(): void {
    if (this.#channel !== undefined) return;
    this.#channel = this.#connect();
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data === CHANGED) this.#onHint();
    });
  }

  stop(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  send(): void {
    this.#channel?.postMessage(CHANGED);
  }
}

/** A `BroadcastChannel`, where the platform has one. */
export function broadcastHints(name: string): HintChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`cpc-sync:${name}`);
}
