import type { Clock } from '@cpc/sync-core';
import type { RequestCredentials } from '../delivery/credentials.js';
import type { OpenSocket } from './socket-like.js';

export interface WebSocketTransportOptions {
  /** Where the receiver listens: wss, or ws on loopback, without a query. */
  readonly url: string | URL;
  /**
   * What signs a principal in, as it would stand in the headers of a request. It travels with each request, since
   * a browser's socket takes no headers and several principals may share the socket.
   *
   * @defaultValue nobody signs in
   */
  readonly credentials?: RequestCredentials;
  /** The most operations in one send; those of one principal travel together. @defaultValue 50 */
  readonly maxBatchSize?: number;
  /** The most bytes in one frame; a single operation is sent whatever its size. @defaultValue 1_000_000 */
  readonly maxBatchBytes?: number;
  /** The largest answer, in characters; where one to a batch is larger, less is asked for. @defaultValue 4_000_000 */
  readonly maxAnswerBytes?: number;
  /** How long one request may take, the opening of the socket included, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /** After so long without a request the socket is closed, in milliseconds. @defaultValue 30_000 */
  readonly idleMs?: number;
  /**
   * Opens a socket. With the package `ws`: `(url, protocol) => new WebSocket(url, protocol)`.
   *
   * @defaultValue the platform's `WebSocket`
   */
  readonly open?: OpenSocket;
  /**
   * Whether the queue asks, before it sends and after each sign-in, whom the server takes this device for. In a
   * frame with `"ask":"whoami"`.
   * To give for a server that does not compare whose operations come with whom it authenticated; `@cpc/server` does.
   *
   * @defaultValue nobody is asked
   */
  readonly whoami?: boolean;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}
