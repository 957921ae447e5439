import {
  ConstantBackoff,
  defineOperation,
  type DeliveryOutcome,
  isSyncError,
  type Operation,
  type SendContext,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { IndexedDbQueueStorage } from '@cpc/storage-indexeddb';
import { LeaseWitness } from '../judge/lease-witness.mjs';

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
/** Operations with ballast that the quota of the scene has no room for. */
const MORE_THAN_FITS = 1000;
const tab = crypto.randomUUID();
const witness = new LeaseWitness();
/** How long the storage is slow to hand out what it claimed, in milliseconds. */
const thinkMs = Number(location.hash.slice(1));

async function send(operation: Operation, { signal, mayLeave }: SendContext): Promise<DeliveryOutcome> {
  const { id, payloadJson } = operation;
  // As every transport of the library: a renderer that was stopped just before this line has heard of no timer.
  if (mayLeave?.() === false) return NOT_HELD;
  const body = JSON.stringify({ id, tab, body: payloadJson, ...witness.statementOn(id) });
  try {
    const response = await fetch('/apply', { method: 'POST', body, signal });
    await response.text();
    return { kind: 'acknowledged' };
  } catch (error) {
    return { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: String(error) } };
  }
}

const NOT_HELD: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'LEASE_LOST', message: 'The lease ended before the send.' },
};

class CrashPage {
  readonly tab = tab;
  readonly #append = defineOperation<Effect>('ledger.append', { entity: ({ entity }) => entity });
  readonly #queue = new SyncQueue(
    { storage: witness.watch(new IndexedDbQueueStorage({ name: 'crash' }), { thinkMs }) },
    { operations: [this.#append] },
  );
  readonly #worker = new SyncWorker(
    {
      queue: this.#queue,
      transport: {
        send: async (operations, context) =>
          Promise.all(operations.map((operation) => send(operation, context))),
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
  produce(): void {
    this.#producing = true;
    for (let entity = 0; entity < ENTITIES; entity++) void this.#produceFor(`${tab}-${entity}`);
  }

  stopProducing(): void {
    this.#producing = false;
  }

  /** Fills the storage until it says that it is full, and returns the code that it said so with. */
  async fill(ballast: string): Promise<string> {
    await this.#worker.stop();
    for (let filled = 0; filled < MORE_THAN_FITS; filled++) {
      try {
        await this.#enqueueNext(`${tab}-fill`, ballast);
      } catch (error) {
        return isSyncError(error) ? error.code : String(error);
      }
    }
    return 'nothing at all';
  }

  async drainNow(): Promise<void> {
    await this.#worker.start();
  }

  async waiting(): Promise<number> {
    const { total } = await this.#queue.context.storage.stats();
    return total;
  }

  async #produceFor(entity: string): Promise<void> {
    while (this.#producing) {
      try {
        await this.#enqueueNext(entity);
      } catch {
        // Refused, so never acknowledged; the number is used again.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #enqueueNext(entity: string, ballast = ''): Promise<void> {
    const n = (this.#numbers.get(entity) ?? 0) + 1;
    const { id } = await this.#queue.enqueue(this.#append, { entity, n, ballast });
    this.#numbers.set(entity, n);
    await fetch('/acknowledged', { method: 'POST', body: id, keepalive: true });
  }
}

// In the window once it is open, so that nobody asks it too early.
const page = new CrashPage();
await page.start();
window.crash = page;
