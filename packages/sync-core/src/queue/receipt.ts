import { SyncError } from '../errors/sync-error.js';
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
   * - `cancelled`: it and the waiting operation `with` cancelled each other; both are gone.
   */
  readonly outcome: StorageReceipt['kind'];
  readonly into?: string;
  readonly with?: string;
}

export function receiptOf(id: string, receipt: StorageReceipt): EnqueueReceipt {
  if (receipt.kind === 'enqueued') return { id, outcome: receipt.kind };
  const { kind: outcome, ...partner } = receipt;
  return { id, outcome, ...partner };
}

export function eventOf(
  operation: NewOperation,
  receipt: Exclude<StorageReceipt, { kind: 'duplicate' }>,
): SyncEvent {
  const subject = subjectOf(operation);
  if (receipt.kind === 'enqueued') return { type: receipt.kind, ...subject };
  const { kind: type, ...partner } = receipt;
  return { type, ...partner, ...subject } as SyncEvent;
}

export function subjectOf({ id, kind, entity, principal }: NewOperation): EventSubject {
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
