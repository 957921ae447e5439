import type { StoredOperation } from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';
import type { QueueContext } from './queue-context.js';

/** Why an operation is where it is. */
export interface Explanation {
  readonly state: OperationState;
  /** What it waits for: a stable word for programs. */
  readonly waitsFor:
    | 'nothing'
    | 'worker'
    | 'operation'
    | 'time'
    | 'network'
    | 'signIn'
    | 'resume'
    | 'answer'
    | 'decision'
    | 'newerApp';
  /** The same for a person, in a sentence. */
  readonly message: string;
  /** Until when, in milliseconds since the epoch, where that is known. */
  readonly until?: number;
  /** The operations it waits for. */
  readonly operations?: readonly string[];
}

export async function explain(context: QueueContext, id: string): Promise<Explanation | undefined> {
  const stored = await context.storage.get(id);
  if (stored === undefined) return undefined;
  const { state, dueAt, failure } = stored;
  switch (state) {
    case 'waiting':
      return explainWaiting(context, stored);
    case 'scheduled':
      return explainScheduled(stored);
    case 'blocked': {
      const operations = await context.storage.blockersOf(id);
      return {
        state,
        waitsFor: 'operation',
        message: `Waits for ${operations.join(' and ')} to go first.`,
        operations,
      };
    }
    case 'leased':
      return { state, waitsFor: 'answer', message: 'Is being sent.', until: dueAt };
    case 'parked': {
      const waitsFor = failure?.code === 'CONFLICT_DEFERRED' ? 'decision' : 'newerApp';
      return { state, waitsFor, message: failure?.message ?? 'Is parked.' };
    }
    case 'deadLetter':
      return { state, waitsFor: 'decision', message: `Failed: ${failure?.message ?? 'unknown'}` };
  }
}

function explainWaiting({ gates }: QueueContext, stored: StoredOperation): Explanation {
  const { state } = stored;
  const found = [...gates].map((gate) => gate(stored));
  const open = found.length === 0 || found.includes(undefined);
  if (!open && found[0] !== undefined) return found[0];
  return gates.size === 0
    ? { state, waitsFor: 'worker', message: 'No worker is running. Call start() on one.' }
    : { state, waitsFor: 'nothing', message: 'Goes next.' };
}

function explainScheduled({ state, dueAt, history }: StoredOperation): Explanation {
  const last = history.at(-1);
  const reason =
    last?.message === undefined ? 'It was scheduled so.' : `The last attempt failed: ${last.message}`;
  const message = `Waits until ${new Date(dueAt).toISOString()}. ${reason}`;
  return { state, waitsFor: 'time', message, until: dueAt };
}
