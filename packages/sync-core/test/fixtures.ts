import { ManualClock, SeededRandom } from '../src/deterministic.js';
import { MemoryQueueStorage } from '../src/memory/memory-queue-storage.js';
import type { AnyOperationDefinition } from '../src/operation/define-operation.js';
import type { NewOperation, StoredOperation } from '../src/operation/operation-record.js';
import type { Operation } from '../src/operation/operation.js';
import type { DeliveryOutcome } from '../src/outcome/delivery-outcome.js';
import type { Logger } from '../src/ports/logger.js';
import type { Transport } from '../src/ports/transport.js';
import type { RunningWorker } from '../src/queue/queue-context.js';
import type { SyncEvent } from '../src/queue/sync-event.js';
import { SyncQueue, type SyncQueueOptions } from '../src/queue/sync-queue.js';

/** An operation record as a queue would make it. */
export function newOperation(id: string, more: Partial<NewOperation> = {}): NewOperation {
  return {
    id,
    kind: 'note.write',
    payload: '{}',
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: 1000,
    scheduledAt: 1000,
    timestamp: '',
    conflictRounds: 0,
    ...more,
  };
}

/** The same as a storage gives it back. */
export function storedOperation(id: string, more: Partial<StoredOperation> = {}): StoredOperation {
  return {
    ...newOperation(id),
    sequence: 1,
    state: 'waiting',
    attempts: 0,
    attempted: false,
    history: [],
    dueAt: 0,
    delayMs: 0,
    ...more,
  };
}

/** A worker as a queue sees it, that does nothing but what it is given. */
export function runningWorker(parts: Partial<RunningWorker>): RunningWorker {
  return { wake: () => undefined, signedIn: () => undefined, explain: () => undefined, ...parts };
}

/** A server: answers what it is told to, one answer per operation, and acknowledges the rest. */
export class FakeTransport implements Transport {
  readonly maxBatchSize = 100;
  readonly sent: Operation[] = [];
  readonly #answers: DeliveryOutcome[] = [];

  answer(...outcomes: readonly DeliveryOutcome[]): void {
    this.#answers.push(...outcomes);
  }

  send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    this.sent.push(...operations);
    return Promise.resolve(operations.map(() => this.#answers.shift() ?? { kind: 'acknowledged' }));
  }

  get payloads(): readonly unknown[] {
    return this.sent.map(({ payload }) => payload);
  }
}

/** Keeps what was logged as an error. */
export class FakeLogger implements Logger {
  readonly errors: { readonly message: string; readonly code: unknown }[] = [];

  debug(): void {
    return undefined;
  }

  info(): void {
    return undefined;
  }

  warn(): void {
    return undefined;
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.errors.push({ message, code: fields?.['code'] });
  }
}

/** An open queue in memory with a clock that stands still, and all that it tells. */
export async function openQueue(
  operations: readonly AnyOperationDefinition[],
  options: Omit<SyncQueueOptions, 'operations'> = {},
) {
  const clock = new ManualClock();
  const storage = new MemoryQueueStorage();
  const transport = new FakeTransport();
  const logger = new FakeLogger();
  const random = new SeededRandom(1);
  const queue = new SyncQueue({ storage, clock, random, logger }, { operations, ...options });
  const events: SyncEvent[] = [];
  queue.allEvents$.subscribe((event) => events.push(event));
  await queue.open();
  return { clock, storage, transport, logger, queue, events };
}

/** The kinds of what was told, in order. */
export function typesOf(events: readonly SyncEvent[]): readonly string[] {
  return events.map(({ type }) => type);
}

/** Resolves after everything that can settle by itself has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const REJECTED: DeliveryOutcome = { kind: 'rejected', reason: { code: 'NO', message: 'will not' } };
export const RETRY: DeliveryOutcome = { kind: 'retry', reason: { code: 'LATER', message: 'not now' } };
