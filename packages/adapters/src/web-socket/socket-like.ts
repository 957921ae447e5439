/**
 * The part of a WHATWG `WebSocket` that the transport uses. The browser's, Node's own and that of the package `ws`
 * have it.
 */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Opens a socket; its connecting may still fail. */
export type OpenSocket = (url: string, protocol: string) => SocketLike;

/** The platform's. @throws TypeError where it has none */
export function platformSocket(): OpenSocket {
  if (typeof globalThis.WebSocket !== 'function') {
    throw new TypeError(
      'open is required where the platform has no WebSocket; for example, with the package ws: ' +
        '(url, protocol) => new WebSocket(url, protocol)',
    );
  }
  return (url, protocol) => new globalThis.WebSocket(url, protocol);
}
