import type { RemoteRecord } from '@cpc/protocol';
import type { HandlerAnswer } from '../answer/handler-answer.js';
import type { IntegrityViolation } from '../store/integrity-violation.js';
import type { ReceivedOperation } from './received-operation.js';

export type MaybePromise<T> = T | Promise<T>;

/** What a handler makes of an operation that came over the wire: another one with the same key, or its answer. */
export type ReadOperation =
  | { readonly ok: true; readonly operation: ReceivedOperation }
  | { readonly ok: false; readonly answer: HandlerAnswer };

/**
 * Applies one kind of operation.
 *
 * `Tx` is what the store gives to write with: for SQLite the database itself, where `current` and `apply` must
 * be synchronous, since anything else on the connection would become part of the transaction while they wait.
 */
export interface OperationHandler<Tx, Prepared = unknown> {
  /**
   * Checks an operation and gives it the form in which the other methods take it, before the transaction. A refusal
   * counts only where the key is not stored: a repeat of what was applied gets its first answer, though the rules have
   * changed since. What it throws is told to `onError` and answered with 500.
   *
   * @see {@link handle}, which does this by a definition
   */
  read?(operation: ReceivedOperation): MaybePromise<ReadOperation>;
  /**
   * What a broken rule of the database means: a unique, foreign or not-null key, a check. Without it, and where it
   * gives `undefined`, the operation failed (500) and comes again, as often as the device tries.
   */
  refuse?(violation: IntegrityViolation, operation: ReceivedOperation): HandlerAnswer | undefined;
  /**
   * What takes time, before the transaction: asking another service, hashing. Meanwhile a repeat of the
   * operation is answered with 409. It may run again for the same key, so what it causes elsewhere must carry
   * the key there.
   */
  prepare?(operation: ReceivedOperation): Promise<Prepared>;
  /**
   * The record that the operation wants to change, as it is now; `undefined` where there is none. Where
   * the operation carries a `baseVersion`, that is compared with the record's; where they differ the receiver
   * answers 412 with the record. Of one without, the answer says what version it was applied to, so that a device's
   * next change on that version is no conflict with its own. Without `current`, an operation with a `baseVersion` is refused, because a
   * precondition that nobody checks would be a silent overwrite.
   */
  current?(operation: ReceivedOperation, tx: Tx): MaybePromise<RemoteRecord | undefined>;
  /**
   * Makes the effect, with `tx` alone. It is committed together with the key where the answer is `applied`, and
   * undone with every other answer and when this throws.
   */
  apply(operation: ReceivedOperation, tx: Tx, prepared: Prepared): MaybePromise<HandlerAnswer>;
  /**
   * Makes the effects of several operations at once, with few statements: for kinds that come in bulk. Operations
   * that follow each other come together where none has a `baseVersion` and the handler has no `prepare`. Where an
   * answer is not `applied`, or this throws, everything that it wrote is undone and each operation goes through
   * `apply`, so that it may give up at the first that it does not like.
   *
   * @returns one answer for each, in order
   */
  applyAll?(operations: readonly ReceivedOperation[], tx: Tx): MaybePromise<readonly HandlerAnswer[]>;
}
