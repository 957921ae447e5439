/**
 * The part of a `MessagePort` that is used. The browser's and that of `node:worker_threads` have it; so have a
 * browser's `Worker` and, inside of one, its `self`.
 */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'close', listener: () => void): void;
  /** A port holds its messages back until it is started; a worker has none of it. */
  start?(): void;
}

/** What is looked for at the door. */
export const PORT_METHODS: readonly string[] = ['postMessage', 'addEventListener', 'removeEventListener'];
