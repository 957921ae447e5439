import type { SqlRow } from '../drivers/sqlite-driver.js';
import { ascending, DamagedIndex, failChecksum } from './damage.js';
import { linksOf } from './operation-row.js';
import { HOLD } from './place.js';
import { placedFromRow } from './place-row.js';
import { blockersNamedBy } from './relink.js';
import type { QueueTransaction } from './queue-transaction.js';
import { isIntact } from './row-checksum.js';
import { valueAt, WHOLE } from './selection.js';

/** How much is verified at a time: rows, and bytes of payloads. It takes a few milliseconds. */
export const MAX_ROWS = 2000;
const MAX_BYTES = 4_000_000;
const CHUNK = 50;

/** A row that the indexes, or the tables of dependencies and references, contradict. */
export class Contradiction extends DamagedIndex {
  readonly sequence: number;

  constructor(sequence: number) {
    super();
    this.sequence = sequence;
  }
}

/**
 * Verifies a stretch of rows, whatever the indexes say about them: that each is as it was written, and that everything
 * that leads to it is there. A row whose altered value keeps it from ever being looked at is found here and nowhere else.
 *
 * @param after - the sequence behind which the stretch begins
 * @param isKnown - rows that are known to be contradicted beyond repair
 * @returns where the next stretch begins, or `undefined` at the end
 * @throws DamagedRows with all damaged rows of the stretch, or else {@link Contradiction}
 */
export function verifyStretch(
  tx: QueueTransaction,
  after: number,
  isKnown: (sequence: number) => boolean,
): number | undefined {
  const damaged: SqlRow[] = [];
  let contradicted: number | undefined;
  let position: number | undefined = after;
  for (let rows = 0, bytes = 0; rows < MAX_ROWS && bytes < MAX_BYTES && position !== undefined;) {
    const chunk: readonly SqlRow[] = ascending(tx.sql.listAll.all(position, null, null, CHUNK), position);
    for (const row of chunk) {
      const sequence = valueAt(row, WHOLE.at.sequence);
      bytes += valueAt(row, WHOLE.at.payload)?.toString().length ?? 0;
      if (!isIntact(row)) damaged.push(row);
      else if (!isKnown(sequence) && !isLinked(tx, row)) contradicted ??= sequence;
    }
    rows += chunk.length;
    const last = chunk.at(-1);
    position = last && valueAt(last, WHOLE.at.sequence);
  }
  const [first, ...others] = damaged;
  if (first !== undefined) throw failChecksum(first, ...others);
  if (contradicted !== undefined) throw new Contradiction(contradicted);
  return position;
}

/** Whether everything that leads to a row is there: its entries in the indexes, what it waits for, what it mentions. */
function isLinked(tx: QueueTransaction, row: SqlRow): boolean {
  const { id, sequence, entity, principal, place } = placedFromRow(row);
  const { ready, due, dueAt, waits } = place;
  const { sql } = tx;
  const isThere = (found: SqlRow | undefined): boolean => found !== undefined;
  return (
    tx.sequenceOf(id) === sequence &&
    (place.hold === HOLD.aside
      ? isThere(sql.inAside.get(entity, sequence))
      : entity === null || isThere(sql.inLane.get(entity, principal, sequence))) &&
    (ready === null || isInReady(tx, principal, ready, sequence)) &&
    (due === null ||
      (isThere(sql.inDue.get(due, sequence)) && isThere(sql.inDuePrincipal.get(principal, due, sequence)))) &&
    (dueAt === 0 || isThere(sql.inTimed.get(dueAt, sequence))) &&
    waitsForAll(tx, row, waits) &&
    mentionsAll(tx, row, sequence)
  );
}

function isInReady(tx: QueueTransaction, principal: string | null, ready: number, sequence: number): boolean {
  const { inReady, inReadyOwned, inReadyPrincipal } = tx.sql;
  if (principal === null) return inReady.get(ready, sequence) !== undefined;
  const isOwned = inReadyOwned.get(ready, sequence) !== undefined;
  return isOwned && inReadyPrincipal.get(principal, ready, sequence) !== undefined;
}

function waitsForAll(tx: QueueTransaction, row: SqlRow, waits: number): boolean {
  const kept = tx.sql.blockersOf.all(valueAt(row, WHOLE.at.sequence));
  if (kept.length !== waits) return false;
  if (waits === 0) return true;
  const named = blockersNamedBy(tx, row);
  return kept.every(([blocker]) => named.has(blocker as number));
}

function mentionsAll(tx: QueueTransaction, row: SqlRow, sequence: number): boolean {
  if (valueAt(row, WHOLE.at.refs) === null) return true;
  const kept = new Set(tx.sql.referencesOf.all(sequence).map(([id]) => id));
  return linksOf(row).references.every(({ id }) => kept.has(id));
}
