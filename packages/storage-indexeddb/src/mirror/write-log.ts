import type { Records } from '../connection/records.js';
import { type LogEnd, makePage, type PageLog, pageOf } from '../format/page-log.js';
import { ENTRIES_PER_PAGE, logPageKey } from '../format/store-layout.js';

/**
 * Appends to a log.
 *
 * @returns where it goes on now
 */
export function writeLog<T>(
  records: Records,
  log: PageLog,
  { count, unfinished }: LogEnd<T>,
  added: readonly T[],
): LogEnd<T> {
  if (added.length === 0) return { count, unfinished };
  let page = pageOf(count);
  let entries = [...unfinished];
  for (const one of added) {
    entries.push(one);
    if (entries.length < ENTRIES_PER_PAGE) continue;
    records.put(logPageKey(log.key, page), makePage(entries));
    entries = [];
    page++;
    records.delete(logPageKey(log.key, page - log.kept / ENTRIES_PER_PAGE - 1));
  }
  if (entries.length > 0) records.put(logPageKey(log.key, page), makePage(entries));
  return { count: count + added.length, unfinished: entries };
}
