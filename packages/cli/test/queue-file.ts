import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import type { NewOperation } from '@cpc/sync-core';
import Database from 'better-sqlite3';

/** An operation with plain values for what a test does not care about. */
export function operation(id: string, fields: Partial<NewOperation> = {}): NewOperation {
  return {
    id,
    kind: 'stall.sell',
    payload: JSON.stringify({ of: id }),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: 1_700_000_000_000,
    scheduledAt: 1_700_000_000_000,
    timestamp: '1700000000000:0:test',
    conflictRounds: 0,
    ...fields,
  };
}

/** Works on the queue of a file, as an app would. */
export async function withQueue<T>(
  file: string,
  work: (storage: SqliteQueueStorage) => Promise<T>,
  queue = 'queue',
): Promise<T> {
  const storage = new SqliteQueueStorage({ file, queue });
  await storage.open();
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

export async function enqueue(file: string, ...operations: readonly NewOperation[]): Promise<void> {
  await withQueue(file, (storage) => storage.enqueue(operations.map((one) => [one])));
}

/** Turns operations that may go into dead letters. */
export async function kill(
  file: string,
  code: string,
  message: string,
  ...ids: readonly string[]
): Promise<void> {
  await withQueue(file, async (storage) => {
    const { token, operations } = await storage.claim({ now: Date.now(), limit: 1000, leaseMs: 1000 });
    const attempt = {
      startedAt: 1_700_000_001_000,
      durationMs: 20,
      outcome: 'rejected',
      code,
      message,
      status: 422,
    };
    await storage.settle(
      token,
      operations.map(({ id }) =>
        ids.includes(id)
          ? {
              id,
              kind: 'hold',
              state: 'deadLetter',
              failure: { code, message, status: 422 },
              counts: true,
              attempt,
            }
          : { id, kind: 'release', sent: false },
      ),
    );
  });
}

/** Leases everything that may go. */
export async function lease(file: string, leaseMs: number, now = Date.now()): Promise<void> {
  await withQueue(file, (storage) => storage.claim({ now, limit: 1000, leaseMs }));
}

/** Runs SQL on the file, as nobody should. */
export function sql(file: string, text: string): void {
  const database = new Database(file);
  database.unsafeMode().exec(text);
  database.close();
}

export async function idsIn(file: string): Promise<readonly string[]> {
  return withQueue(file, async (storage) =>
    (await storage.list({ limit: 10_000 })).items.map(({ id }) => id),
  );
}
