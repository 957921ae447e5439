import type { SyncFailure } from '../errors/sync-failure.js';

/** One operation in a summary, and why it is there. */
export interface SummaryEntry {
  readonly id: string;
  readonly kind: string;
  readonly reason?: SyncFailure;
}

/** What a stretch of work did. An operation that was tried twice stands in it twice. */
export interface ProcessingSummary {
  /** Acknowledged, or settled in the server's favour. */
  readonly successful: readonly SummaryEntry[];
  /** Go again: after an answer that asked for it, an outage, or a conflict. */
  readonly retried: readonly SummaryEntry[];
  /** Became dead letters. */
  readonly failed: readonly SummaryEntry[];
  /** Were not sent, or changed nothing: expired, parked, released, taken over by somebody else. */
  readonly skipped: readonly SummaryEntry[];
  /** How many more there were than the lists hold. */
  readonly omitted: number;
}

export type SummaryGroup = Exclude<keyof ProcessingSummary, 'omitted'>;

const GROUPS: readonly SummaryGroup[] = ['successful', 'retried', 'failed', 'skipped'];

/** No list of a summary grows longer than this. */
const MAX_ENTRIES = 10_000;

/** Collects a summary while the work goes on. */
export class SummaryCollector implements ProcessingSummary {
  readonly successful: SummaryEntry[] = [];
  readonly retried: SummaryEntry[] = [];
  readonly failed: SummaryEntry[] = [];
  readonly skipped: SummaryEntry[] = [];
  omitted = 0;

  add(group: SummaryGroup, entry: SummaryEntry): void {
    if (this[group].length < MAX_ENTRIES) this[group].push(entry);
    else this.omitted++;
  }

  addAll(other: ProcessingSummary): void {
    for (const group of GROUPS) for (const entry of other[group]) this.add(group, entry);
    this.omitted += other.omitted;
  }
}
