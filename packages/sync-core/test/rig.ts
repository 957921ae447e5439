import { ManualClock, SeededRandom } from '../src/deterministic.js';
import { MemoryQueueStorage } from '../src/memory/memory-queue-storage.js';
import { type AnyOperationDefinition, defineOperation } from '../src/operation/define-operation.js';
import type { QueuedOperation } from '../src/operation/to-operation.js';
import type { QueueStorage } from '../src/ports/queue-storage.js';
import type { EnqueueOptions } from '../src/queue/enqueue-options.js';
import type { UnknownKinds } from '../src/queue/operation-registry.js';
import type { SyncEvent } from '../src/queue/sync-event.js';
import { SyncQueue } from '../src/queue/sync-queue.js';
import { SyncWorker, type SyncWorkerCollaborators } from '../src/worker/sync-worker.js';
import type { SyncWorkerOptions } from '../src/worker/worker-options.js';
import { faultyStorage, StorageFaults } from './faulty-storage.js';
import { ScriptedTransport, type ScriptedTransportOptions } from './scripted-transport.js';

/** Independent unless `enqueue` names an entity. */
const note = defineOperation('note');

export interface RigOptions
  extends
    SyncWorkerOptions,
    ScriptedTransportOptions,
    Partial<Pick<SyncWorkerCollaborators, 'monitor' | 'resolver' | 'backoff' | 'credentials' | 'rules'>> {
  readonly operations?: readonly AnyOperationDefinition[];
  readonly unknownKinds?: UnknownKinds;
  /** @defaultValue one of its own */
  readonly clock?: ManualClock;
  readonly unowned?: 'adopt' | 'ask';
  /** Shares time and queue with another rig. */
  readonly beside?: Rig;
  readonly seed?: number;
}

/** A queue, a worker that was not started, and all that surrounds them in the hands of a test. */
export class Rig {
  readonly clock: ManualClock;
  readonly faults = new StorageFaults();
  readonly inner: QueueStorage;
  readonly storage: QueueStorage;
  readonly queue: SyncQueue;
  readonly transport: ScriptedTransport;
  readonly worker: SyncWorker;
  readonly events: SyncEvent[] = [];

  constructor(options: RigOptions = {}) {
    const {
      operations = [note],
      unknownKinds = 'park',
      unowned = 'adopt',
      beside,
      seed = 1,
      monitor,
      resolver,
      backoff,
      credentials,
      rules,
      ...settings
    } = options;
    this.clock = beside?.clock ?? options.clock ?? new ManualClock();
    this.inner = beside?.inner ?? new MemoryQueueStorage();
    this.storage = faultyStorage(this.faults, this.inner);
    this.queue = new SyncQueue(
      { storage: this.storage, clock: this.clock, random: new SeededRandom(seed) },
      { operations, unknownKinds, unowned },
    );
    this.transport = new ScriptedTransport(this.clock, settings);
    this.worker = new SyncWorker(
      {
        queue: this.queue,
        transport: this.transport,
        ...(monitor && { monitor }),
        ...(resolver && { resolver }),
        ...(backoff && { backoff }),
        ...(credentials && { credentials }),
        ...(rules && { rules }),
      },
      settings,
    );
    this.queue.allEvents$.subscribe((event) => this.events.push(event));
  }

  /** Enqueues notes with the given ids as payloads, one after the other, all in one entity if one is given. */
  async enqueue(ids: readonly string[], options: EnqueueOptions = {}): Promise<void> {
    await this.queue.enqueueAll(ids.map((id) => ({ operation: note, payload: id, id, ...options })));
  }

  /** Events of a type, oldest first. */
  told<T extends SyncEvent['type']>(type: T): readonly Extract<SyncEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<SyncEvent, { type: T }> => event.type === type);
  }

  /** Codes of the failures that belong to no operation. */
  get failures(): readonly string[] {
    return this.told('failed').map(({ failure }) => failure.code);
  }

  async get(id: string): Promise<QueuedOperation> {
    const operation = await this.queue.get(id, { principals: 'all' });
    if (operation === undefined) throw new Error(`'${id}' is not in the queue`);
    return operation;
  }

  async total(): Promise<number> {
    return (await this.inner.stats()).total;
  }
}

/** A rig whose queue is open and whose worker runs. */
export async function running(options: RigOptions = {}): Promise<Rig> {
  const rig = await opened(options);
  await rig.worker.start();
  return rig;
}

export async function opened(options: RigOptions = {}): Promise<Rig> {
  const rig = new Rig(options);
  await rig.queue.open();
  return rig;
}
