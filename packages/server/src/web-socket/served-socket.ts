/**
 * The part of a WHATWG `WebSocket` that the handler uses. The sockets of the package `ws`, of Deno, Bun and
 * Cloudflare have it.
 */
export interface ServedSocket {
  readonly readyState: number;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount?: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error' | 'close', listener: () => void): void;
}

/** `WebSocket.OPEN`. */
export const OPEN = 1;
