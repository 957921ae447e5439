import type { Records } from '../connection/records.js';
import { type LogEnd, endAt, firstPage, type PageLog, pageOf, readPage } from '../format/page-log.js';
import { ENTRIES_PER_PAGE, logPages } from '../format/store-layout.js';

/** How many entries a log has at most, by its last page, when nobody remembers their number. */
export async function endOfLog(records: Records, { key }: PageLog): Promise<number> {
  const last = await records.lastKey(logPages(key, 0, Infinity));
  return last === undefined ? 0 : ((last as [string, number])[1] + 1) * ENTRIES_PER_PAGE;
}

/**
 * Reads what was appended to a log since `from` entries were known, and whatever stands on the same page.
 *
 * @param onDamage - called for each page that cannot be read
 * @returns where the log goes on
 */
export async function readLog<T>(
  records: Records,
  log: PageLog,
  { from, to }: { readonly from: number; readonly to: number },
  take: (entry: T) => void,
  onDamage: () => void = () => undefined,
): Promise<LogEnd<T>> {
  const [first, last] = [firstPage(log, from, to), pageOf(to)];
  const pages = await records.page(logPages(log.key, first, last), last - first + 1);
  let unfinished: readonly T[] = [];
  for (const [key, value] of pages) {
    const entries = readPage(value) as readonly T[];
    for (const entry of entries) take(entry);
    // No page is written empty.
    if (entries.length === 0) onDamage();
    if ((key as IDBValidKey[])[1] === last) unfinished = entries;
  }
  return endAt(to, unfinished);
}
