import type { Reference } from '@cpc/sync-core';
import { endedReference, withAssignment } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { parkFor } from './ended.js';
import { linksOf } from './operation-row.js';
import { placedFromRow } from './place-row.js';
import type { QueueTransaction } from './queue-transaction.js';
import { valueAt, WHOLE } from './selection.js';
import { rewrite } from './settle.js';

/**
 * Looks at what an operation mentions right before it goes. The table that leads from a temporary id to those that mention
 * it may have been damaged when the id was assigned, or when the thing ended, and what would create it may be in
 * quarantine: then the operation would go with an id that means nothing.
 *
 * @returns the row as it may go; `undefined` where it may not
 */
export function withMentions(tx: QueueTransaction, row: SqlRow, now: number): SqlRow | undefined {
  if (valueAt(row, WHOLE.at.refs) === null || valueAt(row, WHOLE.at.attempted) === 1) return row;
  const { references } = linksOf(row);
  const isPassedOver = isUnlisted(tx, references, valueAt(row, WHOLE.at.sequence));
  if (isPassedOver && references.some(({ id }) => tx.permanentIdOf(id) !== undefined))
    return withPermanentIds(tx, row);
  const ended = endedReference({ references }, tx);
  if (ended === undefined || !(isPassedOver || tx.isLost(ended))) return row;
  parkFor(tx, row, ended, now);
  return undefined;
}

/** Whether the table does not lead to an operation from all that it mentions. */
function isUnlisted(tx: QueueTransaction, references: readonly Reference[], sequence: number): boolean {
  return references.some(({ id }) => tx.sql.mention.get(id, sequence) === undefined);
}

/** Its entity may be another one then, with others ahead of it. */
function withPermanentIds(tx: QueueTransaction, row: SqlRow): SqlRow | undefined {
  const sequence = valueAt(row, WHOLE.at.sequence);
  rewrite(tx, placedFromRow(row), (operation) =>
    operation.references.reduce((changed, { id: from }) => {
      const to = tx.permanentIdOf(from);
      return to === undefined ? changed : withAssignment(changed, false, { from, to });
    }, operation),
  );
  const rewritten = tx.row(sequence);
  return rewritten === undefined || valueAt(rewritten, WHOLE.at.ready) === null ? undefined : rewritten;
}
