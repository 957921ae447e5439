import type { Principals, SignInResult, SignInRules } from '@cpc/sync-core';
import { Adoption, ENDED, outcomeFor, purgedOutcome } from '@cpc/sync-core/storage-kit';
import { originIn, parkReferring } from './ended.js';
import { freeHead } from './may-go.js';
import { remove } from './order.js';
import { HOLD, type Placed } from './place.js';
import { placedOf } from './place-row.js';
import { dropQuarantined } from './quarantine.js';
import type { QueueTransaction } from './queue-transaction.js';
import { rewrite } from './settle.js';

/** How many rows one read takes from SQLite at most. */
const CHUNK = 500;

/** Makes it known who is signed in. Its cost grows with the queue where something may be adopted or purged. */
export function signIn(
  tx: QueueTransaction,
  principal: string | undefined,
  rules: SignInRules = {},
): SignInResult {
  tx.state.data.principal = principal ?? null;
  const adopted = adoptable(tx, principal, rules);
  for (const { sequence } of adopted) {
    // As it is now: the one that left before it may have changed its place.
    const placed = tx.placed(sequence);
    if (placed !== undefined) rewrite(tx, placed, (operation) => ({ ...operation, principal }));
  }
  return { adopted: adopted.map(({ id }) => id), purged: purge(tx, rules.purge ?? []) };
}

function adoptable(
  tx: QueueTransaction,
  principal: string | undefined,
  rules: SignInRules,
): readonly Placed[] {
  const adoption = Adoption.of(principal, rules);
  if (adoption === undefined) return [];
  const nobodys = [...rowsOf(tx, null)];
  return nobodys.filter((placed) =>
    adoption.takes({
      ...placed,
      state: tx.stateOf(placed),
      attempted: tx.isAttempted(placed),
      isAside: placed.place.hold === HOLD.aside,
    }),
  );
}

function purge(tx: QueueTransaction, principals: Principals): number {
  const theirs = [...new Set(principals)].flatMap((principal) => [...rowsOf(tx, principal ?? null)]);
  theirs.sort((a, b) => a.sequence - b.sequence);
  const gone = theirs.map((placed) => {
    const row = tx.row(placed.sequence);
    return row && { placed, operation: tx.operation(row), origin: originIn(tx, placed, row) };
  });
  const found = gone.filter((one) => one !== undefined);
  for (const { placed, operation } of found) {
    const { sequence } = placed;
    const current = tx.isLeased(sequence) ? tx.release(sequence) : tx.placed(sequence);
    if (current !== undefined) remove(tx, current, ENDED);
    freeHead(tx, placed);
    tx.tell(placed.id, purgedOutcome(outcomeFor(operation, 'discarded')));
  }
  if (principals.length > 0) {
    tx.purgeOutcomes(principals);
    dropQuarantined(tx, principals);
  }
  for (const { origin } of found) parkReferring(tx, origin, undefined);
  return found.length;
}

/** The operations of a principal, by sequence. */
function* rowsOf(tx: QueueTransaction, principal: string | null): Iterable<Placed> {
  let after = 0;
  for (;;) {
    const rows = tx.sql.ofPrincipal.all(principal, after, CHUNK).map(placedOf);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.sequence;
  }
}
