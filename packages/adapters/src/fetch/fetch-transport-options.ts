import type { Clock, Operation } from '@cpc/sync-core';
import type { RequestCredentials } from '../delivery/credentials.js';
import type { WireAnswer } from '../wire/wire-answer.js';

export interface FetchTransportOptions {
  /**
   * Where the receiver listens. A batch goes there, a single operation to `<endpoint>/<kind>`. A relative
   * address is taken against the page's. Without a query; https, or http on loopback.
   *
   * A function chooses per operation, and must choose the same for every repeat of one.
   */
  readonly endpoint: string | URL | ((operation: Operation) => string | URL);
  /**
   * Origins that may receive operations and credentials, such as `https://api.example`.
   *
   * @defaultValue the endpoint's own origin; required where `endpoint` is a function
   */
  readonly allowedOrigins?: readonly string[];
  /** @defaultValue nobody signs in */
  readonly credentials?: RequestCredentials;
  /**
   * Whether the browser's cookies go along. The server must then make sure that the cookie's user is the one
   * who enqueued, since this device may have changed hands in between.
   *
   * @defaultValue 'omit'
   */
  readonly cookies?: 'omit' | 'same-origin' | 'include';
  /**
   * The most operations in one send. Above 1, those of one principal travel together, on the batch endpoint.
   *
   * @defaultValue 1
   */
  readonly maxBatchSize?: number;
  /** The most bytes in one batch request; a single operation is sent whatever its size. @defaultValue 1_000_000 */
  readonly maxBatchBytes?: number;
  /** The most bytes that are read of one answer. @defaultValue 4_000_000 */
  readonly maxAnswerBytes?: number;
  /** How long one request may take, its answer's body included, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /**
   * Whether the receiver, and nobody between, gave the answer to a single operation. To replace only for a
   * server that does not speak this protocol.
   *
   * @defaultValue the answer is JSON whose `idempotencyKey` is the operation's id
   */
  readonly recognise?: (answer: WireAnswer, operation: Operation) => boolean;
  /** @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}
