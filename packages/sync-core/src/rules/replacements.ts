import { SyncError } from '../errors/sync-error.js';
import type { Settlement } from '../ports/queue-storage.js';

/**
 * Refuses, before anything changes, replacements under an id that another operation has. What is stale is left
 * alone: a settlement that is repeated finds the id that it brought in itself.
 *
 * @param isSettled - whether the operation with this id is there to be settled
 * @param isPresent - whether an operation with this id is in the queue
 * @throws SyncError `OPERATION_ID_REUSED`
 */
export function checkReplacements(
  settlements: readonly Settlement[],
  isSettled: (id: string) => boolean,
  isPresent: (id: string) => boolean,
): void {
  let taken: Set<string> | undefined;
  for (const settlement of settlements) {
    if (settlement.kind !== 'replace') continue;
    const { id } = settlement.operation;
    if (id === settlement.id || !isSettled(settlement.id)) continue;
    taken ??= new Set();
    if (isPresent(id) || taken.has(id)) {
      const message = `'${id}' cannot take the place of '${settlement.id}': that id is in the queue already.`;
      throw new SyncError('OPERATION_ID_REUSED', `${message} Give it an id of its own.`, { details: { id } });
    }
    taken.add(id);
  }
}
