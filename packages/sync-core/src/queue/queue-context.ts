import type { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { Content } from '../outcome/decide.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import type { RandomSource } from '../ports/random-source.js';
import type { EventHub } from './event-hub.js';
import type { Explanation } from './explain.js';
import type { OperationRegistry } from './operation-registry.js';

/** What a queue shares with its workers and streams. Apps need none of it. */
export interface QueueContext {
  readonly storage: QueueStorage;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger | undefined;
  readonly hub: EventHub;
  readonly registry: OperationRegistry;
  readonly timestamps: HybridLogicalClock;
  readonly newId: () => string;
  /** A value as the payload of an operation; throws as `enqueue` rejects. */
  readonly content: (kind: string, value: unknown) => Content;
  /** Called whenever something may have become deliverable. */
  readonly wakers: Set<() => void>;
  /** Called when the queue may have changed in a way that no event tells: by another instance, or before it opened. */
  readonly refreshers: Set<() => void>;
  /** What keeps a waiting operation from being sent, as each running worker sees it. */
  readonly gates: Set<(operation: StoredOperation) => Explanation | undefined>;
}
