import type { NextDueRequest, QueueStorage, StoredOperation } from '@cpc/sync-core';
import { listAll } from '../queue-storage/storage-case.js';

/**
 * Everything that can be read, without what is left to the storage: the numbers of sequences, and when exactly
 * a schedule whose time has come turns into waiting.
 */
export async function viewOf(storage: QueueStorage, now: number): Promise<readonly unknown[]> {
  const operations = await listAll(storage, { limit: 50 });
  return operations.map((one) => viewOfOne(one, now));
}

function viewOfOne(one: StoredOperation, now: number): unknown {
  const isDue = one.state === 'scheduled' && one.dueAt <= now;
  const isTimed = !isDue && (one.state === 'scheduled' || one.state === 'leased');
  return {
    ...one,
    sequence: undefined,
    state: isDue ? 'waiting' : one.state,
    dueAt: isTimed ? one.dueAt : 0,
    delayMs: isTimed ? one.delayMs : 0,
  };
}

/** The counts, but for the states that {@link viewOf} smooths. */
export async function countsOf(storage: QueueStorage): Promise<unknown> {
  const { total, byState, byPriority, oldestCreatedAt } = await storage.stats();
  const { waiting, scheduled, ...others } = byState;
  return { total, byPriority, oldestCreatedAt, others, free: waiting + scheduled };
}

/** `nextDue`, where every time that has come counts as now. */
export async function nextDueOf(
  storage: QueueStorage,
  now: number,
  whose: Omit<NextDueRequest, 'now'>,
): Promise<number | undefined> {
  const due = await storage.nextDue({ now, ...whose });
  return due === undefined ? undefined : Math.max(due, now);
}
