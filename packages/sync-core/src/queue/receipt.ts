import { SyncError } from '../errors/sync-error.js';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult, StorageReceipt } from '../ports/queue-storage.js';
import type { EventSubject, SyncEvent } from './sync-event.js';

/** What became of an `enqueue`. It is durable by the time the caller has it. */
export interface EnqueueReceipt {
  /** The id that the operation was given. */
  readonly id: string;
  /**
   * - `enqueued`: it waits under its id.
   * - `duplicate`: the id was enqueued before, so nothing changed, whether it is still in the queue or among the
   *   latest 10,000 that left it. `into` names the waiting operation that it is part of, where that is another.
   * - `coalesced`: it joined the waiting operation `into`.
   * - `cancelled`: it and the waiting operation `with` cancelled each other; both are gone, and so are those `along`.
   */
  readonly outcome: StorageReceipt['kind'];
  readonly into?: string;
  readonly with?: string;
  readonly along?: readonly string[];
  /** What holds it and goes no further by itself: a dead letter or a parked operation, see `explain`. */
  readonly heldBy?: string;
  /** Why it is parked: it refers to a thing that never came to be. */
  readonly parked?: SyncFailure;
  /** Operations that left the queue for it: one that had failed, or unsent ones that it makes needless. */
  readonly superseded?: readonly string[];
}

export function receiptOf(id: string, receipt: StorageReceipt): EnqueueReceipt {
  if (receipt.kind === 'enqueued') {
    const { kind: outcome, sequence, ...more } = receipt;
    return { id, outcome, ...more };
  }
  const { kind: outcome, ...partner } = receipt;
  return { id, outcome, ...partner };
}

export function eventOf(
  operation: NewOperation,
  receipt: Exclude<StorageReceipt, { kind: 'duplicate' }>,
): SyncEvent {
  const subject = subjectOf(operation);
  switch (receipt.kind) {
    case 'enqueued':
      return { type: receipt.kind, ...subject };
    case 'coalesced':
      return { type: receipt.kind, into: receipt.into, ...subject };
    case 'cancelled':
      return { type: receipt.kind, with: receipt.with, ...subject };
  }
}

/** Whether a receipt tells of operations besides the one that was enqueued. */
export function touchesOthers(receipt: StorageReceipt): boolean {
  return receipt.kind === 'cancelled' || 'parked' in receipt || 'superseded' in receipt;
}

export function subjectOf({
  id,
  kind,
  entity,
  principal,
}: Pick<NewOperation, 'id' | 'kind' | 'entity' | 'principal'>): EventSubject {
  return {
    id,
    kind,
    ...(entity !== undefined && { entity }),
    ...(principal !== undefined && { principal }),
  };
}

/** Why a storage took none of a caller's operations. */
export function refusal(
  { id }: NewOperation,
  code: Extract<EnqueueResult, { ok: false }>['code'],
  maxPending: number,
): SyncError {
  return code === 'QUEUE_FULL'
    ? new SyncError(
        code,
        `The queue holds ${maxPending} operations and takes no more until some are delivered.`,
        {
          details: { maxPending },
        },
      )
    : new SyncError(
        code,
        `'${id}' is in the queue with another kind or payload. Give each change an id of its own.`,
        {
          details: { id },
        },
      );
}

export function notAvailable(id: string): SyncError {
  const message = `'${id}' is no longer in the queue, is being sent, or is in another state than this needs.`;
  return new SyncError('OPERATION_NOT_AVAILABLE', message, { details: { id } });
}

export function notYours(id: string): SyncError {
  const message = `'${id}' belongs to another principal than the one who is signed in. Sign that one in to change it.`;
  return new SyncError('PRINCIPAL_MISMATCH', message, { details: { id } });
}
