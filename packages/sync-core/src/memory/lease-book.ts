import type { StoredOperation } from '../operation/operation-record.js';
import type { Claim, ClaimRequest } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import type { Entry } from './entry.js';
import { isKnown } from '../rules/known-kinds.js';
import { Heap } from './heap.js';
import type { OperationIndex } from './operation-index.js';
import { SILENT_JOURNAL, type QueueJournal } from './queue-journal.js';

/** Entries of one claim and one principal, by the end of their lease; settled or renewed ones are skipped. */
type Held = Heap<readonly Entry[]>;

/** Who holds what, until when: hands out what may go, and takes back what was held for too long. */
export class LeaseBook {
  readonly #index: OperationIndex;
  readonly #held = new Map<string | undefined, Held>();
  readonly #journal: QueueJournal;
  #token = 0;

  constructor(index: OperationIndex, journal: QueueJournal = SILENT_JOURNAL) {
    this.#index = index;
    this.#journal = journal;
  }

  /** The highest fencing token that was given out. */
  get token(): number {
    return this.#token;
  }

  /** Gives out no token up to this one any more. */
  continueFrom(token: number): void {
    this.#token = Math.max(this.#token, token);
  }

  claim({ now, limit, leaseMs, principals, knows, perEntity = 1 }: ClaimRequest): Claim {
    this.#lapse(now);
    this.#index.wake(now);
    const token = ++this.#token;
    const leaseUntil = now + leaseMs;
    const asked = { ...(principals && { principals }), ...(knows && { knows }) };
    const entries: Entry[] = [];
    const advanced: Entry[] = [];
    while (entries.length < limit) {
      const entry = this.#index.first(asked);
      if (entry === undefined) break;
      this.#index.take(entry);
      this.#lease(entry, token, leaseUntil, leaseMs);
      entries.push(entry);
      const follower = perEntity > 1 ? this.#follower(entry, token, perEntity, now) : undefined;
      if (follower !== undefined && isKnown(follower, knows)) {
        this.#index.advance(follower);
        advanced.push(follower);
      }
    }
    for (const entry of advanced) if (entry.state === 'waiting') this.#index.setState(entry, 'blocked');
    this.#book(entries, leaseUntil);
    return { token, leaseUntil, operations: entries.map(asHeld) };
  }

  renew(token: number, ids: readonly string[], leaseUntil: number, leaseMs: number): readonly string[] {
    return ids.filter((id) => {
      const entry = this.#index.get(id);
      if (entry?.state !== 'leased' || entry.token !== token) return false;
      entry.delayMs = leaseMs;
      this.extend(entry, leaseUntil);
      return true;
    });
  }

  /** Puts a lease on an entry that somebody else gave out. */
  hold(entry: Entry, token: number, leaseUntil: number, leaseMs: number): void {
    this.#lease(entry, token, leaseUntil, leaseMs);
    this.#book([entry], leaseUntil);
  }

  /** Takes a lease off an entry as if it had never been given out. */
  withdraw(entry: Entry): void {
    entry.attempted = entry.attemptedBefore;
    this.#end(entry);
  }

  /** Gives a lease another end. */
  extend(entry: Entry, leaseUntil: number): void {
    this.#journal.leased(entry);
    entry.dueAt = leaseUntil;
    this.#book([entry], leaseUntil);
  }

  /** When the next lease on an operation of these principals ends; `Infinity` when nothing of theirs is held. */
  nextEnd(principals: Principals | undefined): number {
    let next = Infinity;
    for (const held of this.#heldBy(principals)) next = Math.min(next, nextEndOf(held));
    return next;
  }

  #heldBy(principals: Principals | undefined): Iterable<Held> {
    if (principals === undefined) return this.#held.values();
    return principals.map((name) => this.#held.get(name)).filter((held) => held !== undefined);
  }

  /** Notes when the leases on these entries end. Most claims are of one principal. */
  #book(entries: readonly Entry[], leaseUntil: number): void {
    const [first] = entries;
    if (first === undefined) return;
    const { principal } = first.operation;
    const isOfOthers = (entry: Entry): boolean => entry.operation.principal !== principal;
    if (entries.some(isOfOthers)) {
      this.#book(entries.filter(isOfOthers), leaseUntil);
      this.#book(
        entries.filter((entry) => !isOfOthers(entry)),
        leaseUntil,
      );
      return;
    }
    let held = this.#held.get(principal);
    if (held === undefined) this.#held.set(principal, (held = new Heap()));
    held.push(leaseUntil, entries);
  }

  #lapse(now: number): void {
    for (const held of this.#held.values()) {
      while (nextEndOf(held) <= now) {
        for (const entry of held.pop() ?? []) {
          if (entry.state !== 'leased' || entry.dueAt > now) continue;
          this.#journal.changed(entry);
          this.#end(entry);
        }
      }
    }
  }

  #end(entry: Entry): void {
    this.#journal.leased(entry);
    entry.dueAt = 0;
    entry.delayMs = 0;
    this.#index.setState(entry, 'blocked');
    this.#index.refresh(entry);
  }

  #lease(entry: Entry, token: number, leaseUntil: number, leaseMs: number): void {
    entry.token = token;
    entry.attemptedBefore = entry.attempted;
    entry.attempted = true;
    entry.dueAt = leaseUntil;
    entry.delayMs = leaseMs;
    this.#index.setState(entry, 'leased');
    this.#journal.leased(entry);
  }

  /** The next of the lane, if this claim may hold it too: nothing but its predecessors stands before it. */
  #follower(entry: Entry, token: number, perEntity: number, now: number): Entry | undefined {
    const { next } = entry;
    if (next?.state !== 'blocked' || next.isGated || next.dueAt > now) return undefined;
    let held = 0;
    for (let other: Entry | undefined = entry; other?.token === token; other = other.previous) held++;
    return held < perEntity ? next : undefined;
  }
}

function nextEndOf(held: Held): number {
  for (;;) {
    const end = held.peekKey();
    const entries = held.peek();
    if (entries === undefined || entries.some((entry) => entry.state === 'leased' && entry.dueAt === end))
      return end;
    held.pop();
  }
}

/** The entry as its holder sees it: `attempted` is what it was before the claim. */
function asHeld(entry: Entry): StoredOperation {
  return entry.snapshot(entry.attemptedBefore);
}
