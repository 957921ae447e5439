import type { SyncFailure } from '../errors/sync-failure.js';
import type { Reference, StoredOperation } from './operation-record.js';
import { frozenCopy, frozenList } from './own.js';
import type { AttemptRecord, Operation, OperationState } from './operation.js';

/**
 * What apps, transports and resolvers see of a stored operation. Payload and base are parsed when they are read, by
 * getters of the prototype, so a copy by `{ ...operation }` does not have them: write
 * `{ ...operation, payload: operation.payload }`.
 *
 * It is the receiver's own: lists and the failure are frozen, and nothing done to it reaches the queue.
 */
export interface QueuedOperation extends Operation, Omit<StoredOperation, 'payload' | 'base'> {
  /** The value that the person saw, parsed anew each time it is read. */
  readonly base?: unknown;
}

export function toOperation(stored: StoredOperation): QueuedOperation {
  return new LazyOperation(stored);
}

/** Reads the payload late: most are passed on as text and never looked into. */
class LazyOperation implements QueuedOperation {
  declare readonly id: string;
  declare readonly kind: string;
  declare readonly entity: string | undefined;
  declare readonly payloadJson: string;
  declare readonly principal: string | undefined;
  declare readonly priority: number;
  declare readonly rank: number;
  declare readonly version: number;
  declare readonly dependsOn: readonly string[];
  declare readonly references: readonly Reference[];
  declare readonly coalesces: boolean;
  declare readonly createdAt: number;
  declare readonly scheduledAt: number;
  declare readonly expiresAt: number | undefined;
  declare readonly timestamp: string;
  declare readonly baseVersion: string | undefined;
  declare readonly conflictRounds: number;
  declare readonly sequence: number;
  declare readonly state: OperationState;
  declare readonly attempts: number;
  declare readonly attempted: boolean;
  declare readonly history: readonly AttemptRecord[];
  declare readonly dueAt: number;
  declare readonly delayMs: number;
  declare readonly failure: SyncFailure | undefined;
  declare readonly aside: true | undefined;
  readonly #base: string | undefined;
  #payload: unknown;

  // Field by field for speed, as in `Entry.snapshot`.
  constructor(stored: StoredOperation) {
    this.id = stored.id;
    this.kind = stored.kind;
    this.entity = stored.entity;
    this.payloadJson = stored.payload;
    this.principal = stored.principal;
    this.priority = stored.priority;
    this.rank = stored.rank;
    this.version = stored.version;
    this.dependsOn = frozenList(stored.dependsOn);
    this.references = frozenList(stored.references);
    this.coalesces = stored.coalesces;
    this.createdAt = stored.createdAt;
    this.scheduledAt = stored.scheduledAt;
    this.expiresAt = stored.expiresAt;
    this.timestamp = stored.timestamp;
    this.baseVersion = stored.baseVersion;
    this.#base = stored.base;
    this.conflictRounds = stored.conflictRounds;
    this.sequence = stored.sequence;
    this.state = stored.state;
    this.attempts = stored.attempts;
    this.attempted = stored.attempted;
    this.history = frozenList(stored.history);
    this.dueAt = stored.dueAt;
    this.delayMs = stored.delayMs;
    this.failure = stored.failure && frozenCopy(stored.failure);
    this.aside = stored.aside;
  }

  get payload(): unknown {
    return (this.#payload ??= JSON.parse(this.payloadJson) as unknown);
  }

  get base(): unknown {
    return this.#base && (JSON.parse(this.#base) as unknown);
  }
}
