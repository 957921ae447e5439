import {
  defineOperation,
  MemoryQueueStorage,
  SyncQueue,
  SyncWorker,
  type BackoffStrategy,
  type Transport,
} from '@cpc/sync-core';

export const OPERATIONS = 500;
export const STALLS = 10;

export interface Sale {
  readonly stall: string;
  readonly number: number;
}

/** Ten stalls sell at once; the sales of each have an order. */
const sell = defineOperation<Sale>('scenario.sell', { entity: ({ stall }) => stall });

export const SALES: readonly Sale[] = Array.from({ length: OPERATIONS }, (_, number) => ({
  stall: `Käse ${number % STALLS}`,
  number,
}));

/** The networks of this scenario are bad the whole time, so that waiting for better ones would help nobody. */
const hasty: BackoffStrategy = { delayMs: () => 1 };

/**
 * Delivers all sales with the real queue and worker, whatever the network does. The same code runs in Node and in a
 * browser's page.
 *
 * @returns how many operations became dead letters, which must be none
 */
export async function deliverAll(transport: Transport): Promise<number> {
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage }, { operations: [sell] });
  const worker = new SyncWorker(
    {
      queue,
      transport,
      backoff: hasty,
      credentials: { refresh: () => Promise.resolve(true) },
    },
    { maxAttempts: 1_000_000, minRetryMs: 1, reconnectJitterMs: 0, outageBackoff: hasty },
  );
  await queue.open();
  await queue.enqueueAll(SALES.map((payload) => ({ operation: sell, payload })));
  const done = new Promise<number>((resolve) => {
    let delivered = 0;
    let dead = 0;
    queue.events$.subscribe(({ type }) => {
      if (type === 'acknowledged') delivered++;
      if (type === 'deadLettered') dead++;
      if (delivered + dead === SALES.length) resolve(dead);
    });
  });
  await worker.start();
  const dead = await done;
  await worker.stop();
  await queue.close();
  return dead;
}
