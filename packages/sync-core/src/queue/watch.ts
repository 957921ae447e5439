import type { Observable } from 'rxjs';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { OperationState } from '../operation/operation.js';
import type { QueueContext } from './queue-context.js';
import type { SyncEvent } from './sync-event.js';

/** Where an operation is: in the queue, or how it left it. `unknown`: it is not there, and nobody saw it leave. */
export interface OperationStatus {
  /** The id that it has now; another one where it was replaced or joined to another. */
  readonly id: string;
  readonly state:
    OperationState | 'acknowledged' | 'expired' | 'discarded' | 'cancelled' | 'superseded' | 'unknown';
  /** The server's answer, once acknowledged. */
  readonly result?: unknown;
  /** Why it is parked or a dead letter. */
  readonly failure?: SyncFailure;
}

/** States of one operation, following it through replacements; completes when it has left the queue. */
export function watchStream(context: QueueContext, id: string): Observable<OperationStatus> {
  const { hub, storage } = context;
  return hub.stream((next, complete) => {
    let current = id;
    let last = '';
    let isOver = false;
    const tell = (status: OperationStatus, isFinal: boolean): void => {
      const text = `${status.id} ${status.state}`;
      if (isOver || (text === last && !isFinal)) return;
      last = text;
      isOver = isFinal;
      next(status);
      if (isFinal) complete();
    };
    const look = async (): Promise<void> => {
      const looked = current;
      const stored = await storage.get(looked);
      if (looked !== current) return;
      if (stored === undefined) tell({ id: looked, state: 'unknown' }, true);
      else
        tell({ id: looked, state: stored.state, ...(stored.failure && { failure: stored.failure }) }, false);
    };
    const lookSafely = (): void => void look().catch((error: unknown) => hub.fail(error, 'STORAGE_FAILED'));
    const stop = hub.on((event) => {
      if (!('id' in event) || event.id !== current) return;
      const final = finalStatus(event);
      if (final !== undefined) {
        tell(final, true);
        return;
      }
      current = successor(event) ?? current;
      lookSafely();
    });
    lookSafely();
    return stop;
  });
}

function successor(event: SyncEvent): string | undefined {
  if (event.type === 'coalesced') return event.into;
  return event.type === 'replaced' || event.type === 'conflict' ? event.replacedBy : undefined;
}

function finalStatus(event: SyncEvent & { readonly id: string }): OperationStatus | undefined {
  const { id } = event;
  switch (event.type) {
    case 'acknowledged':
      return { id, state: 'acknowledged', result: event.result };
    case 'expired':
    case 'discarded':
    case 'cancelled':
      return { id, state: event.type };
    case 'conflict':
      return event.resolution === 'use-remote' ? { id, state: 'superseded' } : undefined;
    default:
      return undefined;
  }
}
