import type { IdAssignment, NewOperation, Principals, QuarantinedRecord, SyncFailure } from '@cpc/sync-core';
import { type Entry, MemoryQueue, type QueueJournal } from '@cpc/sync-core/storage-kit';
import type { Content, Item } from '../format/item.js';
import { sameItem } from '../format/item.js';
import type { Told } from '../format/outcome-page.js';
import type { Left } from '../format/page-log.js';
import type { LeaseGroup } from '../format/meta.js';
import { ownerIn } from '../format/item.js';
import { damagedRecord } from './damaged-record.js';
import { withoutPurged } from './outcome-pages.js';

/** An item of a chunk after reading: its content, or why it has none. */
export type ReadItem =
  | { readonly item: Item; readonly content: Content }
  | { readonly item: unknown; readonly damage: QuarantinedRecord };

/** An operation's place in the database. */
export interface Slot {
  readonly entry: Entry;
  readonly chunk: number;
  item: Item;
  /** What the item was made of. */
  operation: NewOperation;
}

/** A chunk's items by their sequence. A damaged one without a sequence has a place between two sequences. */
export type ChunkItems = Map<number, unknown>;

/**
 * The queue in memory, next to where each operation lies in the database. What the rules change is gathered for
 * the writer; what the reader brings from other tabs is not.
 */
export class QueueImage {
  readonly queue: MemoryQueue;
  readonly chunks = new Map<number, ChunkItems>();
  readonly slots = new Map<number, Slot>();
  readonly quarantined = new Map<number, QuarantinedRecord>();

  /** What changed since it was last written. */
  readonly changed = new Set<Entry>();
  readonly assigned: IdAssignment[] = [];
  readonly left: Left[] = [];
  readonly told: Told[] = [];
  /** The chunks out of which a record in quarantine was taken. */
  readonly cleared = new Set<number>();
  /** What is in quarantine and was leased when it was put aside, by sequence. */
  readonly lost = new Set<number>();
  leasesChanged = false;

  readonly #leased = new Set<Entry>();
  #reading = false;

  constructor() {
    const journal: QueueJournal = {
      changed: (entry) => {
        if (!this.#reading) this.changed.add(entry);
      },
      leased: (entry) => {
        this.#leased.add(entry);
        if (!this.#reading) this.leasesChanged = true;
      },
      assigned: (assignment) => {
        if (!this.#reading) this.assigned.push(assignment);
      },
      left: (id, fate) => {
        if (!this.#reading) this.left.push([id, fate]);
      },
      told: (id, outcome) => this.told.push([id, outcome]),
      purged: (principals) => this.#purge(principals),
    };
    this.queue = new MemoryQueue(journal, () => this.#quarantinedIds());
  }

  /** Applies what others wrote; nothing of it is to be written again. */
  read<T>(apply: () => T): T {
    this.#reading = true;
    try {
      return apply();
    } finally {
      this.#reading = false;
    }
  }

  /** All leases, in groups that end together. */
  leases(): readonly LeaseGroup[] {
    const groups = new Map<string, LeaseGroup & { readonly sequences: number[] }>();
    for (const entry of this.#leased) {
      if (entry.state !== 'leased') {
        this.#leased.delete(entry);
        continue;
      }
      const { token, dueAt: until, delayMs: lengthMs } = entry;
      const key = `${token} ${until} ${lengthMs}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { token, until, lengthMs, sequences: [entry.sequence] });
      else group.sequences.push(entry.sequence);
    }
    return [...groups.values()];
  }

  /** Takes all leases off, so that chunks can be compared with what lies in the database. */
  withdrawLeases(): void {
    for (const entry of this.#leased) if (entry.state === 'leased') this.queue.leases.withdraw(entry);
    this.#leased.clear();
  }

  /** @param lost - what had a lease, and was in quarantine, when the database was written */
  applyLeases(groups: readonly LeaseGroup[], lost: readonly number[] = []): void {
    this.lost.clear();
    for (const sequence of lost) {
      const entry = this.slots.get(sequence)?.entry;
      if (entry !== undefined) entry.attempted = true;
      else if (this.quarantined.has(sequence)) this.lost.add(sequence);
    }
    for (const { token, until, lengthMs, sequences } of groups) {
      for (const sequence of sequences) {
        const entry = this.slots.get(sequence)?.entry;
        if (entry !== undefined) this.queue.leases.hold(entry, token, until, lengthMs);
        else if (this.quarantined.has(sequence)) this.lost.add(sequence);
      }
    }
  }

  /** Removes what is no longer in a chunk. Must come before any chunk is added, since ids may move. */
  shrinkChunk(key: number, items: readonly ReadItem[]): void {
    const kept = new Set(items.map((read) => ('damage' in read ? read.damage.sequence : read.item.sequence)));
    for (const sequence of this.chunks.get(key)?.keys() ?? []) {
      if (kept.has(sequence)) continue;
      const slot = this.slots.get(sequence);
      if (slot !== undefined) this.queue.index.remove(slot.entry);
      this.slots.delete(sequence);
      this.quarantined.delete(sequence);
    }
  }

  /**
   * Adds a chunk's operations or brings them up to date. Chunks must come in order of their keys, since an
   * operation waits only for those before it.
   *
   * @returns the first item that does not fit to what is here already; the rest is then not applied
   */
  applyChunk(key: number, items: readonly ReadItem[]): ReadItem | undefined {
    if (items.length === 0) {
      this.chunks.delete(key);
      return undefined;
    }
    const chunk: ChunkItems = new Map();
    this.chunks.set(key, chunk);
    for (const read of items) {
      if ('damage' in read) {
        if (this.slots.has(read.damage.sequence)) return read;
        chunk.set(read.damage.sequence, read.item);
        this.quarantined.set(read.damage.sequence, read.damage);
        continue;
      }
      const { item, content } = read;
      chunk.set(item.sequence, item);
      const slot = this.slots.get(item.sequence);
      if (slot === undefined) {
        if (!this.#add(key, item, content)) return read;
      } else if (!sameItem(slot.item, item)) {
        if (slot.entry.operation.id !== content.operation.id) return read;
        slot.item = item;
        slot.operation = content.operation;
        this.queue.index.exchange(slot.entry, content.operation, content.progress);
      }
    }
    return undefined;
  }

  /**
   * Sets aside what has the id of an item that came later: it could not be read when the later one was enqueued.
   *
   * @returns whether there was any
   */
  giveWay({ content }: Extract<ReadItem, { content: Content }>, reason: SyncFailure): boolean {
    const entry = this.queue.index.get(content.operation.id);
    const slot = entry && this.slots.get(entry.sequence);
    if (entry === undefined || slot === undefined) return false;
    this.queue.index.remove(entry);
    this.slots.delete(entry.sequence);
    this.quarantined.set(entry.sequence, damagedRecord(entry.sequence, slot.item, reason));
    return true;
  }

  /** What is written already is the storage's to purge, see `purgeOutcomes`. */
  #purge(principals: Principals): void {
    this.told.splice(0, Infinity, ...withoutPurged(this.told, principals));
    for (const [key, chunk] of this.chunks) {
      for (const [sequence, item] of chunk) {
        const owner = this.quarantined.has(sequence) && ownerIn(item);
        if (owner === false || owner === undefined || !principals.includes(owner.principal)) continue;
        chunk.delete(sequence);
        this.quarantined.delete(sequence);
        this.cleared.add(key);
      }
    }
  }

  *#quarantinedIds(): Iterable<string> {
    for (const { id } of this.quarantined.values()) if (id !== undefined) yield id;
  }

  #add(chunk: number, item: Item, { operation, progress }: Content): boolean {
    const { index } = this.queue;
    if (item.sequence <= index.sequence || index.get(operation.id) !== undefined) return false;
    const entry = index.add(operation, item.sequence, progress);
    this.slots.set(item.sequence, { entry, chunk, item, operation });
    return true;
  }
}
