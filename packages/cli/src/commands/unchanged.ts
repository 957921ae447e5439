import type { SqliteQueueStorage } from '@cpc/storage-sqlite';
import type { OperationState } from '@cpc/sync-core';
import type { Printer } from '../terminal/printer.js';

/** An operation that was named and left as it is: because of its state, or since it is not in the queue. */
export interface Unchanged {
  readonly id: string;
  readonly state: OperationState | null;
}

/** What became of those that were named and not changed. */
export async function unchangedOf(
  storage: SqliteQueueStorage,
  ids: readonly string[],
  changed: readonly string[],
): Promise<readonly Unchanged[]> {
  const left = [...new Set(ids)].filter((id) => !changed.includes(id));
  const found = await Promise.all(left.map((id) => storage.get(id)));
  return left.map((id, at) => ({ id, state: found[at]?.state ?? null }));
}

export async function printUnchanged(notes: Printer, unchanged: readonly Unchanged[]): Promise<void> {
  await notes.lines(
    unchanged.map(({ id, state }) => [
      state === null ? `${id}: not in the queue` : `${id}: left as it is, since it is ${state}`,
    ]),
  );
}
