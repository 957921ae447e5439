import type { ConnectError, Transport as RpcTransport } from '@connectrpc/connect';
import type { Clock } from '@cpc/sync-core';
import type { RequestCredentials } from '../delivery/credentials.js';

export interface ConnectTransportOptions {
  /**
   * Carries the calls: `createGrpcTransport` of `@connectrpc/connect-node` for gRPC, `createConnectTransport` of
   * `@connectrpc/connect-web` in a browser. Its base address is the only place that operations and credentials
   * go to; use https outside of loopback. Bound what it reads: with `readMaxBytes` on Node, with `boundedFetch` as
   * its `fetch` in a browser.
   */
  readonly transport: RpcTransport;
  /**
   * Drops the connection, so that the next call opens another: called when a call met no answer. HTTP/2 sends all
   * calls over one connection, and one that is dead, or clogged by an answer that nobody read, would let each of them
   * wait for its time. With connect-node: `() => sessions.abort()`, of the `Http2SessionManager` that the transport
   * was given.
   *
   * @defaultValue the transport's own ways
   */
  readonly reconnect?: () => void;
  /** The headers, in gRPC's words the metadata, that sign a principal in. @defaultValue nobody signs in */
  readonly credentials?: RequestCredentials;
  /**
   * The most operations in one send. With 1 they go out by `Deliver`, above by `DeliverBatch`, those of one
   * principal together.
   *
   * @defaultValue 50
   */
  readonly maxBatchSize?: number;
  /** The most bytes in one batch; a single operation is sent whatever its size. @defaultValue 1_000_000 */
  readonly maxBatchBytes?: number;
  /** How long one call may take, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /**
   * Whether the receiver, and nobody between, gave an error without a `cpc.sync.v1.Problem`. To give only for a
   * server that sends none: clients make statuses of their own of whatever a proxy or a torn connection leaves
   * them with, and a wrong `true` makes a dead letter of an operation that is fine.
   *
   * @defaultValue nobody's word but a Problem's
   */
  readonly recognise?: (error: ConnectError) => boolean;
  /**
   * Whether an error without a `cpc.sync.v1.Problem` asks for a sign-in, as a login page in front of the server does.
   *
   * @defaultValue only `UNAUTHENTICATED` does
   */
  readonly signInWhen?: (error: ConnectError) => boolean;
  /**
   * Whether the queue asks, before it sends and after each sign-in, whom the server takes this device for. By the
   * call `WhoAmI`.
   * To give for a server that does not compare whose operations come with whom it authenticated; `@cpc/server` does.
   *
   * @defaultValue nobody is asked
   */
  readonly whoami?: boolean;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}
