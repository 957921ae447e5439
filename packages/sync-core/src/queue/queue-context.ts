import type { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import type { ServerTime } from '../conflict/server-time.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { EnqueueRules, QueueStorage } from '../ports/queue-storage.js';
import type { RandomSource } from '../ports/random-source.js';
import type { EventHub } from './event-hub.js';
import type { Reason } from './explanation.js';
import type { OperationFactory } from './operation-factory.js';
import type { OutcomeFeed } from './outcome-feed.js';
import type { OperationRegistry } from './operation-registry.js';
import type { Session } from './session.js';

/** What a queue shares with its workers and streams. Apps need none of it. */
export interface QueueContext {
  readonly storage: QueueStorage;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger | undefined;
  readonly hub: EventHub;
  /** Who is signed in. */
  readonly session: Session;
  readonly registry: OperationRegistry;
  readonly timestamps: HybridLogicalClock;
  /** Corrects the timestamps by what the server's answers say. */
  readonly serverTime: ServerTime;
  readonly newId: () => string;
  /** Makes records of what callers say; throws, or rejects, as `enqueue` rejects. */
  readonly factory: OperationFactory;
  /** Waits until all that was enqueued before is stored; what is enqueued after it waits for the turn's end. */
  readonly turn: (created: Promise<NewOperation>) => Promise<Turn>;
  /** Tells what became of operations, whoever made it so. */
  readonly outcomes: OutcomeFeed;
  /** What a storage is told with every enqueueing. */
  readonly rules: Required<EnqueueRules>;
  /** The workers that run now. */
  readonly workers: Set<RunningWorker>;
  /**
   * Steps of the storage that are under way and may remove operations. Whoever finds an operation gone waits for
   * them, since the event that tells how it left comes right after its step.
   */
  readonly steps: Set<Promise<unknown>>;
  /** Called when the queue may have changed in a way that no event tells: by another instance, or before it opened. */
  readonly refreshers: Set<() => void>;
}

/** What a queue tells a worker, and asks it. */
export interface RunningWorker {
  /** Something may have become deliverable. */
  wake(): void;
  /** Somebody signed in, here or elsewhere, or out with `undefined`. */
  signedIn(principal: string | undefined): void;
  /** What keeps a waiting operation from being sent; `undefined` where nothing does. */
  explain(operation: StoredOperation): Reason | undefined;
}

/** The turn of an operation that is stored by another way than `enqueue`. */
export interface Turn {
  readonly record: NewOperation;
  /** Lets those behind it go. Idempotent. */
  readonly end: () => void;
}

/** Calls everybody who waits for something deliverable. */
export function wake({ workers }: QueueContext): void {
  for (const worker of workers) worker.wake();
}

/** Keeps a step among those that are under way for as long as it is. */
export function tracked<T>({ steps }: QueueContext, step: Promise<T>): Promise<T> {
  steps.add(step);
  const end = (): void => void steps.delete(step);
  step.then(end, end);
  return step;
}
