import type { Records } from '../connection/records.js';
import { firstPage, type PageLog, pageOf, readPage } from '../format/page-log.js';
import { ENTRIES_PER_PAGE, logPages } from '../format/store-layout.js';

/**
 * Reads what was appended to a log since `from` entries were known, and whatever stands on the same page.
 *
 * @returns the page that is unfinished at `to` entries
 */
export async function readLog<T>(
  records: Records,
  log: PageLog,
  { from, to }: { readonly from: number; readonly to: number },
  take: (entry: T) => void,
): Promise<readonly T[]> {
  const [first, last] = [firstPage(log, from, to), pageOf(to)];
  const pages = await records.page(logPages(log.key, first, last), last - first + 1);
  let unfinished: readonly T[] = [];
  for (const [key, value] of pages) {
    const entries = readPage(value) as readonly T[];
    for (const entry of entries) take(entry);
    // Behind the last entry there may be others, of a log that ended when its meta record was lost.
    if ((key as IDBValidKey[])[1] === last) unfinished = entries.slice(0, to % ENTRIES_PER_PAGE);
  }
  return unfinished;
}
