import type { Clock, Operation } from '@cpc/sync-core';
import type { RequestCredentials } from '../delivery/credentials.js';
import type { ForeignAnswer, WireAnswer } from '../wire/wire-answer.js';

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
  /**
   * An address that says whom the server takes this device for: a GET with the credentials is answered with
   * `{ "principal": "ann" }`, or `null` for nobody. The receiver of `@cpc/server` answers so at `<path>/whoami`, but
   * needs it not, since it compares each request. For other servers the queue asks before it sends, after each
   * sign-in; what happens between the answer and the send nobody can prove.
   *
   * @defaultValue nobody is asked
   */
  readonly whoami?: string | URL;
  /**
   * Whether an answer that the receiver did not give asks for a sign-in: a redirect to a login page, or that page with
   * status 200. The operations are `unauthenticated` then, and the app hears of it, instead of waiting for a network.
   *
   * ```ts
   * signInWhen: ({ isRedirect, headers }) => isRedirect || headers.get('content-type')?.startsWith('text/html') === true
   * ```
   *
   * The page of a captive portal looks alike: look for what yours has and a portal's has not, where you can.
   *
   * @defaultValue only a status of 401 does
   */
  readonly signInWhen?: (answer: ForeignAnswer) => boolean;
  /** @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}
