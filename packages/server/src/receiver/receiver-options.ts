import type { EffectStore } from '../ports/effect-store.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import type { WireHeaders } from '../wire/wire-message.js';

export interface ReceiverParts<Tx> {
  /** Where keys are kept, in the same database as the effects. */
  readonly store: EffectStore<Tx>;
  /** Handlers by kind of operation. */
  readonly handlers: Readonly<Record<string, OperationHandler<Tx>>>;
  /**
   * Says who sends, from the request's headers; `undefined` when nobody is signed in (401). Keys belong to the
   * principal, so that no one meets another's answers.
   *
   * @defaultValue everybody is the same principal, `''`
   */
  readonly authenticate?: (headers: WireHeaders) => MaybePromise<string | undefined>;
  /**
   * Whether the person whom a device names is the one whom `authenticate` said. A device sends along whose operations
   * they are, in `Sync-Principal`: with one cookie or one current token for all, a change that one person made could
   * otherwise arrive, and be applied, in the name of the next. Where it says no, nothing is applied, and the answer is
   * 401 with the code `PRINCIPAL_MISMATCH`, which the device's queue waits for.
   *
   * To give where the device calls people otherwise than `authenticate` does. `() => true` compares nothing.
   *
   * @param named - what the device said; not asked where it said nothing
   * @defaultValue both are the same text; where there is no `authenticate`, nothing is compared
   */
  readonly isSamePrincipal?: (named: string, principal: string) => boolean;
  /** Told when something was applied and committed: what others wait for may be there, see `ChangeFeed.check`. */
  readonly onApplied?: () => void;
  /**
   * Told of every failure that the caller only sees as a 500 or 503: a handler or `authenticate` threw, the
   * store could not write.
   */
  readonly onError: (error: unknown, operation: ReceivedOperation | undefined) => void;
}

export interface ReceiverOptions {
  /** Where the receiver is mounted. Batches are sent there, single operations to `<path>/<kind>`. @defaultValue '/operations' */
  readonly path?: string;
  /**
   * The most bytes of a single operation's body, and of a payload in a batch, written without spaces.
   *
   * @defaultValue 1_000_000
   */
  readonly maxPayloadBytes?: number;
  /** The most bytes of a batch's body. @defaultValue 4_000_000 */
  readonly maxBatchBytes?: number;
  /** The most operations in a batch. @defaultValue 1_000 */
  readonly maxBatchSize?: number;
  /** The most levels of objects and arrays in a payload. @defaultValue 64 */
  readonly maxDepth?: number;
  /** The most requests at once; more are answered with 503. @defaultValue 1_000 */
  readonly maxConcurrent?: number;
  /** What a caller is asked to wait when the server is overloaded, in seconds. @defaultValue 2 */
  readonly retryAfterSeconds?: number;
  /**
   * The receiver's time, in milliseconds since the epoch: told with every answer, and timestamps from its future are
   * cut back to it.
   *
   * @defaultValue the platform's
   */
  readonly now?: () => number;
  /** The scheme that a 401 names in `WWW-Authenticate`. @defaultValue 'Bearer' */
  readonly challenge?: string;
}
