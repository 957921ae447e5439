import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Operation } from '../operation/operation.js';

/** What a send is told besides its operations. */
export interface SendContext {
  /** Aborted when the attempt's time is over, the lease is lost, or the worker stops. */
  readonly signal: AbortSignal;
  /**
   * Whether the operations may still leave: asked right before the bytes do, behind all that was waited for, such as
   * credentials. It looks at both clocks, since a process that was frozen meanwhile has heard of no timer. After
   * `false`, `signal` is aborted and nothing is to be sent. Absent where nothing but `signal` ends a send.
   */
  readonly mayLeave?: () => boolean;
  /**
   * To be told what the server's clock says, in milliseconds since the epoch, as soon as an answer of the receiver's own
   * has come that says it, such as by its `Date`. A device's own clock may be wrong by years, and timestamps decide
   * conflicts.
   */
  readonly heardTime?: (serverMs: number) => void;
}

/**
 * Carries operations to a server and says what became of each.
 *
 * A send must carry {@link Operation.id} as the idempotency key and {@link Operation.payloadJson} byte for
 * byte, so that every repeat of an operation is the same request. All operations of a send are of one
 * {@link Operation.principal}, whom a transport tells the server, so that the server can refuse what arrives under
 * another one's credentials: `unauthenticated` with the code `PRINCIPAL_MISMATCH`. It answers with one outcome per operation,
 * in their order. It does not throw for anything that the network or the server does; what it throws is
 * taken for a defect of the transport and counts as an attempt of the operation that provoked it.
 */
export interface Transport {
  /** The most operations that one send may carry. @defaultValue 1 */
  readonly maxBatchSize?: number;
  /**
   * Whether a batch may hold several operations of one entity. Such a transport applies them in order, and
   * after one that was not acknowledged it applies none of the same entity: those come back as `skipped`.
   *
   * @defaultValue false
   */
  readonly keepsOrder?: boolean;
  send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]>;
  /**
   * Whom the server takes this device for, by the credentials that a send for `principal` would carry: the answer to
   * the same question by which the server authenticates a send. `undefined` for nobody. Optional: for transports whose
   * server does not compare {@link Operation.principal} with whom it authenticated. Asked before the first send after
   * each sign-in, and after each answer that a sign-in is needed; where the answer is another one than `principal`,
   * nothing is sent until somebody signs in again.
   *
   * It rejects where nobody answers, which is taken as unreachable.
   */
  whoami?(principal: string | undefined, context: SendContext): Promise<string | undefined>;
}
