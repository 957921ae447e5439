import type { Observable } from 'rxjs';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { OperationState } from '../operation/operation.js';
import type { OutcomeRecord } from '../ports/outcome-record.js';
import { eventOfOutcome } from './outcome-events.js';
import type { QueueContext } from './queue-context.js';
import type { EventSubject, SyncEvent } from './sync-event.js';

/**
 * Where an operation is: in the queue, or how it left it, whoever delivered it and however long ago, as far as that is
 * kept. `unknown`: it is not there, and nothing is kept of it.
 */
export interface OperationStatus {
  /** The id that it has now; another one where it was replaced or joined to another. */
  readonly id: string;
  readonly state:
    OperationState | 'acknowledged' | 'expired' | 'discarded' | 'cancelled' | 'superseded' | 'unknown';
  /** The server's answer, once acknowledged. */
  readonly result?: unknown;
  /** There was an answer, but it was too large to be kept for others than the instance that got it. */
  readonly resultOmitted?: true;
  /** Why it is parked or a dead letter. */
  readonly failure?: SyncFailure;
}

/**
 * States of one operation, following it through replacements; completes when it has left the queue. Nothing is told of
 * it while somebody else than its principal is signed in; one that was somebody else's from the start is `unknown`.
 */
export function watchStream(context: QueueContext, id: string): Observable<OperationStatus> {
  const { hub, storage, refreshers, steps, session } = context;
  return hub.stream((next, complete) => {
    let current = id;
    let entity: string | undefined;
    let last = '';
    let isSeen = false;
    const tell = (status: OperationStatus): void => {
      const text = `${status.id} ${status.state}`;
      if (text === last) return;
      last = text;
      next(status);
    };
    // What is told after it completed, by a look that was under way, goes nowhere.
    const finish = (status: OperationStatus): void => {
      tell(status);
      complete();
    };
    /** It is gone, and so much is kept of how. */
    const leave = (kept: OutcomeRecord | undefined): void => {
      const event = kept && eventOfOutcome(kept);
      const next = event && successor(event);
      if (next !== undefined && next !== current) {
        current = next;
        void look(true);
        return;
      }
      const final = event && 'id' in event ? finalStatus(event, current) : undefined;
      finish(final ?? { id: current, state: 'unknown' });
    };
    const look = async (isGoneForGood: boolean): Promise<void> => {
      try {
        const looked = current;
        const stored = await session.read(() => storage.get(looked));
        if (looked !== current) return;
        const isOthers = stored !== undefined && stored.principal !== session.principal;
        if (isOthers && isSeen) return;
        if (stored !== undefined && !isOthers) {
          isSeen = true;
          entity = stored.entity;
          const { state, failure } = stored;
          tell({ id: looked, state, ...(failure && { failure }) });
        } else if (isGoneForGood) {
          // It may have left in a step that is under way here; then the event that tells how comes right after it.
          await Promise.allSettled(steps);
          if (looked !== current) return;
          const kept = await storage.outcomeOf(looked);
          if (looked === current) leave(kept);
        }
      } catch (error) {
        hub.fail(error, 'STORAGE_FAILED');
      }
    };
    // After an event, what is not there has left a moment ago, and the event that tells how is on its way.
    const stop = hub.on((event) => {
      if (!('id' in event) || !session.sees(event)) return;
      const final = finalStatus(event, current);
      if (final !== undefined) {
        finish(final);
        return;
      }
      if (event.id === current) current = successor(event) ?? current;
      else if (entity === undefined || event.entity !== entity) return;
      void look(event.type === 'leaseLost');
    });
    const refresh = (): void => void look(true);
    refreshers.add(refresh);
    refresh();
    return () => {
      stop();
      refreshers.delete(refresh);
    };
  });
}

function successor(event: SyncEvent): string | undefined {
  if (event.type === 'coalesced') return event.into;
  return event.type === 'replaced' || event.type === 'conflict' ? event.replacedBy : undefined;
}

/** How the operation `id` left the queue, if this event tells that. */
function finalStatus(event: SyncEvent & EventSubject, id: string): OperationStatus | undefined {
  if (event.type === 'cancelled' && event.with === id) return { id, state: 'cancelled' };
  if (event.id !== id) return undefined;
  switch (event.type) {
    case 'acknowledged':
      return {
        id,
        state: event.type,
        result: event.result,
        ...(event.resultOmitted && { resultOmitted: true }),
      };
    case 'expired':
    case 'discarded':
    case 'cancelled':
      return { id, state: event.type };
    case 'superseded':
      return { id, state: event.type };
    case 'conflict':
      return event.resolution === 'use-remote' ? { id, state: 'superseded' } : undefined;
    default:
      return undefined;
  }
}
