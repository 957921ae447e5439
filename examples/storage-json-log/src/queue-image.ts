import type { IdAssignment, Principals } from '@cpc/sync-core';
import { type Entry, MemoryQueue, OutcomeLog } from '@cpc/sync-core/storage-kit';
import type { EntryRecord, Left, LogLine, Told } from './log-line.js';

/** The queue in memory, with the rules of the storage kit, and what its latest step changed. */
export class QueueImage {
  readonly queue: MemoryQueue;
  readonly outcomes = new OutcomeLog();
  readonly #changed = new Set<Entry>();
  readonly #assigned: IdAssignment[] = [];
  readonly #left: Left[] = [];
  /** Who was signed in when the latest line was written. */
  #principal: string | undefined;
  readonly #told: Told[] = [];
  readonly #purged: (string | null)[] = [];

  // #region journal
  constructor(lines: readonly LogLine[]) {
    this.queue = new MemoryQueue({
      changed: (entry) => void this.#changed.add(entry),
      leased: (entry) => void this.#changed.add(entry),
      assigned: (assignment) => void this.#assigned.push(assignment),
      left: (id, fate) => void this.#left.push([id, fate]),
      told: (id, outcome) => {
        this.outcomes.add(id, outcome);
        this.#told.push([id, outcome]);
      },
      purged: (principals) => this.#purge(principals),
    });
    this.#load(lines);
    this.#forget();
  }
  // #endregion

  // #region changes
  /** What changed since the last call, as a line; nothing where nothing did. */
  takeChanges(): LogLine | undefined {
    const { principal } = this.queue;
    const parts = [this.#assigned, this.#left, this.#purged];
    const isSteady = this.#changed.size === 0 && parts.every((part) => part.length === 0);
    if (isSteady && principal === this.#principal) return undefined;
    const line = {
      sequence: this.queue.index.sequence,
      token: this.queue.leases.token,
      entries: [...this.#changed].map(recordOf),
      assigned: [...this.#assigned],
      left: [...this.#left],
      principal,
      told: [...this.#told],
      ...(this.#purged.length > 0 && { purged: [...this.#purged] }),
    };
    this.#forget();
    return line;
  }
  // #endregion

  #load(lines: readonly LogLine[]): void {
    const records = new Map<number, EntryRecord>();
    for (const line of lines) {
      for (const record of line.entries) records.set(record.sequence, record);
      for (const assignment of line.assigned) this.queue.remember(assignment);
      for (const [id, fate] of line.left) this.queue.recall(id, fate);
      for (const [id, outcome] of line.told ?? []) this.outcomes.add(id, outcome);
      this.outcomes.purge((line.purged ?? []).map((principal) => principal ?? undefined));
      this.queue.leases.continueFrom(line.token);
    }
    const present = [...records.values()].sort((a, b) => a.sequence - b.sequence);
    for (const record of present) this.#add(record);
    this.queue.index.continueFrom(lines.at(-1)?.sequence ?? 0);
    this.queue.principal = lines.at(-1)?.principal;
  }

  #purge(principals: Principals): void {
    this.outcomes.purge(principals);
    this.#purged.push(...principals.map((principal) => principal ?? null));
  }

  #add({ sequence, operation, progress, lease }: EntryRecord): void {
    if (operation === undefined || progress === undefined) return;
    const entry = this.queue.index.add(operation, sequence, progress);
    if (lease !== undefined) this.queue.leases.hold(entry, lease.token, lease.until, lease.lengthMs);
  }

  #forget(): void {
    this.#changed.clear();
    this.#assigned.length = 0;
    this.#left.length = 0;
    this.#principal = this.queue.principal;
    this.#told.length = 0;
    this.#purged.length = 0;
    this.queue.index.compact();
  }
}

// #region record
function recordOf(entry: Entry): EntryRecord {
  const { sequence, operation, progress, state, token, dueAt: until, delayMs: lengthMs } = entry;
  if (!entry.isPresent) return { sequence };
  const record = { sequence, operation, progress };
  return state === 'leased' ? { ...record, lease: { token, until, lengthMs } } : record;
}
// #endregion
