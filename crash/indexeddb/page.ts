import {
  ConstantBackoff,
  defineOperation,
  type DeliveryOutcome,
  isSyncError,
  type Operation,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';

interface Effect {
  readonly entity: string;
  readonly n: number;
  readonly ballast: string;
}

/** What the test outside calls in the page. */
declare global {
  interface Window {
    crash: CrashPage;
  }
}

export const LEASE_MS = 2000;
const ENTITIES = 5;
const tab = crypto.randomUUID();

async function send(operation: Operation, signal: AbortSignal): Promise<DeliveryOutcome> {
  const body = JSON.stringify({ id: operation.id, tab, payload: operation.payloadJson });
  try {
    const response = await fetch('/apply', { method: 'POST', body, signal });
    await response.text();
    return { kind: 'acknowledged' };
  } catch (error) {
    return { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: String(error) } };
  }
}

class CrashPage {
  readonly tab = tab;
  readonly #append = defineOperation<Effect>('ledger.append', { entity: ({ entity }) => entity });
  readonly #queue = new SyncQueue(
    { storage: new IndexedDbQueueStorage({ name: 'crash' }) },
    { operations: [this.#append] },
  );
  readonly #worker = new SyncWorker(
    {
      queue: this.#queue,
      transport: {
        send: async (operations, { signal }) =>
          Promise.all(operations.map((operation) => send(operation, signal))),
      },
    },
    {
      leaseMs: LEASE_MS,
      pollMs: 250,
      batchSize: 10,
      reconnectJitterMs: 0,
      outageBackoff: new ConstantBackoff(100),
    },
  );
  readonly #numbers = new Map<string, number>();
  #producing = false;

  async start(): Promise<void> {
    await this.#queue.open();
    await this.#worker.start();
  }

  /** Enqueues without end, one operation of an entity after the other. */
  produce(ballast = ''): void {
    this.#producing = true;
    for (let entity = 0; entity < ENTITIES; entity++) void this.#produceFor(`${tab}-${entity}`, ballast);
  }

  stopProducing(): void {
    this.#producing = false;
  }

  /** Fills the storage until it says that it is full, and returns the code that it said so with. */
  async fill(ballast: string): Promise<string> {
    await this.#worker.stop();
    for (;;) {
      try {
        await this.#enqueueNext(`${tab}-fill`, ballast);
      } catch (error) {
        return isSyncError(error) ? error.code : String(error);
      }
    }
  }

  async drainNow(): Promise<void> {
    await this.#worker.start();
  }

  async waiting(): Promise<number> {
    const { total } = await this.#queue.context.storage.stats();
    return total;
  }

  async #produceFor(entity: string, ballast: string): Promise<void> {
    while (this.#producing) {
      try {
        await this.#enqueueNext(entity, ballast);
      } catch {
        // Refused, so never acknowledged; the number is used again.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #enqueueNext(entity: string, ballast: string): Promise<void> {
    const n = (this.#numbers.get(entity) ?? 0) + 1;
    const { id } = await this.#queue.enqueue(this.#append, { entity, n, ballast });
    this.#numbers.set(entity, n);
    await fetch('/acknowledged', { method: 'POST', body: id, keepalive: true });
  }
}

window.crash = new CrashPage();
await window.crash.start();
