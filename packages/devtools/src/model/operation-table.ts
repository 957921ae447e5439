import type { Page, SyncEvent } from '@cpc/sync-core';
import type { InspectorSource, OperationSummary } from '../source/inspector-source.js';

const PAGE = 1000;

/**
 * The rows of the inspector: what `list` said when it was last read through, without what has left since. Reading
 * everything again is the only way to see what no event tells, such as a follower that became free.
 */
export class OperationTable {
  readonly #source: Pick<InspectorSource, 'list'>;
  readonly #maxRows: number;
  #rows: readonly OperationSummary[] = [];
  /** What left the queue since the table was last complete. */
  #gone = new Set<string>();

  /** @param maxRows - the table holds no more than so many, from the front of the queue */
  constructor(source: Pick<InspectorSource, 'list'>, maxRows: number) {
    this.#source = source;
    this.#maxRows = maxRows;
  }

  /** In order of sequence. */
  get rows(): readonly OperationSummary[] {
    return this.#rows;
  }

  /** Takes out at once what has left the queue; everything else waits for the next {@link read}. */
  apply(events: readonly SyncEvent[]): void {
    const before = this.#gone.size;
    for (const event of events) if (hasLeft(event)) this.#gone.add(event.id);
    if (this.#gone.size > before) this.#rows = this.#rows.filter(({ id }) => !this.#gone.has(id));
  }

  /**
   * Reads the queue through, page by page. The first time, rows appear as they come.
   *
   * @param onPage - called after each page; the next is read when its promise resolves
   */
  async read(signal: AbortSignal, onPage: () => Promise<void>): Promise<void> {
    const isFirst = this.#rows.length === 0;
    const found: OperationSummary[] = [];
    this.#gone = new Set();
    let after: number | undefined;
    do {
      const limit = Math.min(PAGE, this.#maxRows - found.length);
      const request = after === undefined ? { limit } : { after, limit };
      const page: Page<OperationSummary> = await this.#source.list(request);
      if (signal.aborted) return;
      for (const row of page.items) if (!this.#gone.has(row.id)) found.push(row);
      after = page.next;
      if (isFirst) this.#rows = found.slice();
      await onPage();
    } while (after !== undefined && found.length < this.#maxRows);
    this.#rows = found.filter(({ id }) => !this.#gone.has(id));
  }
}

type Leaving = Extract<
  SyncEvent,
  { readonly type: 'acknowledged' | 'expired' | 'discarded' | 'cancelled' | 'replaced' | 'superseded' }
>;

function hasLeft(event: SyncEvent): event is Leaving {
  switch (event.type) {
    case 'acknowledged':
    case 'expired':
    case 'discarded':
    case 'cancelled':
    case 'replaced':
    case 'superseded':
      return true;
    default:
      return false;
  }
}
