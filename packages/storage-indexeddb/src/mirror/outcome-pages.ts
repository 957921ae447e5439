import type { OutcomePage, OutcomeQuery, OutcomeRecord, Principals } from '@cpc/sync-core';
import { purgedOutcome } from '@cpc/sync-core/storage-kit';
import type { Records } from '../connection/records.js';
import {
  forgottenOutcomes,
  lastOf,
  makeOutcomePage,
  mayTellOf,
  outcomeKey,
  OUTCOMES_PER_PAGE,
  outcomesAfter,
  PRUNE_EVERY,
  readOutcomePage,
  toldOn,
  type Told,
} from '../format/outcome-page.js';
import type { LogPage } from '../format/store-layout.js';

/** How many pages are read at once on the way back to the outcome of an id. */
const PAGES_AT_ONCE = 50;

/**
 * Appends outcomes.
 *
 * @returns the sequence of the last
 */
export function writeOutcomes(records: Records, last: number, told: readonly Told[]): number {
  let end = last;
  for (let from = 0; from < told.length; from += OUTCOMES_PER_PAGE) {
    const page = told.slice(from, from + OUTCOMES_PER_PAGE);
    end += page.length;
    records.put(outcomeKey(end), makeOutcomePage(page));
  }
  if (Math.floor(end / PRUNE_EVERY) > Math.floor(last / PRUNE_EVERY))
    records.deleteAll(forgottenOutcomes(end));
  return end;
}

/** The sequence of the last outcome, by its page, when nobody remembers it. */
export async function lastOutcome(records: Records): Promise<number> {
  return lastOf(await records.lastKey(outcomesAfter(0)));
}

export async function readOutcomes(
  records: Records,
  last: number,
  { after = 0, limit = 100 }: OutcomeQuery = {},
): Promise<OutcomePage> {
  if (after >= last || limit === 0) return { items: [], last };
  // Each of these pages holds one outcome behind the sequence at least, unless it is damaged.
  const pages = await records.page(outcomesAfter(after), limit);
  const items = pages.flatMap(([key, page]) => readOutcomePage(key, page));
  return { items: items.filter(({ sequence }) => sequence > after).slice(0, limit), last };
}

/** What is told, with no more of these principals' operations than that they ended. */
export function withoutPurged(told: readonly Told[], principals: Principals): readonly Told[] {
  return told.map(([id, outcome]) => [
    id,
    principals.includes(outcome.principal) ? purgedOutcome(outcome) : outcome,
  ]);
}

/** Does that to the pages that are written. A damaged one becomes empty: nobody can tell of whom it is. */
export async function purgeOutcomes(records: Records, principals: Principals): Promise<void> {
  const keys = await records.keys(outcomesAfter(0));
  for (let from = 0; from < keys.length; from += PAGES_AT_ONCE) {
    const range = IDBKeyRange.bound(keys[from], keys[Math.min(from + PAGES_AT_ONCE, keys.length) - 1]);
    for (const [key, page] of await records.page(range, PAGES_AT_ONCE)) {
      const purged = makeOutcomePage(withoutPurged(toldOn(page), principals));
      if (purged.text !== (page as Partial<LogPage> | undefined)?.text) records.put(key, purged);
    }
  }
}

/** The latest outcome of an id, looked for from the end. */
export async function findOutcome(records: Records, id: string): Promise<OutcomeRecord | undefined> {
  const keys = await records.keys(outcomesAfter(0));
  for (let end = keys.length; end > 0; end -= PAGES_AT_ONCE) {
    const first = keys[Math.max(0, end - PAGES_AT_ONCE)];
    const range = IDBKeyRange.bound(first, keys[end - 1]);
    for (const [key, page] of [...(await records.page(range, PAGES_AT_ONCE))].reverse()) {
      const found = mayTellOf(page, id) && readOutcomePage(key, page).findLast((one) => one.id === id);
      if (found) return found;
    }
  }
  return undefined;
}
