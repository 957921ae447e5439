import type { QueueStorage } from '../ports/queue-storage.js';
import { EXPORT_FORMAT, EXPORT_VERSION, type ExportHeader } from './line-format.js';

const PAGE = 500;

/**
 * A queue as NDJSON, a line at a time, each with its line feed: first a header, then every operation in order of
 * sequence, with its state, attempts and history. Records in quarantine are left out; read those with `quarantined`.
 *
 * The queue may change meanwhile: what is enqueued late comes along, what left is left out, and what changes its
 * state is exported as it was when its page was read. Payloads are exported as they were enqueued, not encoded.
 */
export async function* exportOperations(storage: Pick<QueueStorage, 'list'>): AsyncIterable<string> {
  const header: ExportHeader = { format: EXPORT_FORMAT, version: EXPORT_VERSION };
  yield `${JSON.stringify(header)}\n`;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Awaited<ReturnType<QueueStorage['list']>> = await storage.list({ after, limit: PAGE });
    for (const operation of page.items) yield `${JSON.stringify(operation)}\n`;
    after = page.next;
  }
}
