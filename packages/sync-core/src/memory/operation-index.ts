import type { NewOperation } from '../operation/operation-record.js';
import type { OperationState } from '../operation/operation.js';
import { withFrozenLists } from '../operation/own.js';
import type { ClaimRequest } from '../ports/queue-storage.js';
import { laneOf } from '../rules/lane-of.js';
import { type Progress, stateOfHold } from '../rules/progress.js';
import { depend } from './dependencies.js';
import { Entry } from './entry.js';
import { Heap } from './heap.js';
import { Lane } from './entry.js';
import { SILENT_JOURNAL, type QueueJournal } from './queue-journal.js';
import { RankFlow } from './rank-flow.js';
import type { ReadySet } from './ready-set.js';
import { ReadyShelf } from './ready-shelf.js';

/** Whose operations a caller asks for, and of which kinds. */
export type Asked = Pick<ClaimRequest, 'principals' | 'knows'>;

/** Below this many removed entries the log is not worth compacting. */
const COMPACT_ABOVE = 1024;

/**
 * The order of a queue, in memory: which operation stands in which lane, what waits for what, and which goes
 * first. It knows no leases, attempts or outcomes; whoever changes an entry's state calls {@link refresh}.
 *
 * Every step costs the same with a thousand and with a million operations, except where a rank is lent through many of
 * them: it is passed on to each, once. Nothing here calls itself for what waits, so a chain may be of any length.
 */
export class OperationIndex {
  readonly byState: Record<OperationState, number> = {
    waiting: 0,
    scheduled: 0,
    blocked: 0,
    leased: 0,
    parked: 0,
    deadLetter: 0,
  };
  readonly byPriority = new Map<number, number>();
  readonly #byId = new Map<string, Entry>();
  readonly #lanes = new Map<string, Lane>();
  /** The lanes of an entity, one for each principal that has some. */
  readonly #lanesOf = new Map<string, Set<Lane>>();
  readonly #ready = new Map<string | undefined, ReadyShelf>();
  readonly #ranks = new RankFlow((entry) => this.#rankChanged(entry));
  readonly #byReference = new Map<string, Set<Entry>>();
  /** Dead letters that have left their lanes. */
  readonly #aside = new Set<Entry>();
  /** What is blocked, and not due either, by its due time; stale ones are skipped. */
  readonly #blocked = new Heap<Entry>();
  /** All entries by sequence, with gaps: entries that left stay until the next compaction. */
  #log: Entry[] = [];
  /** So many at the beginning of the log have left. */
  #gone = 0;
  #sequence = 0;
  readonly #journal: QueueJournal;

  constructor(journal: QueueJournal = SILENT_JOURNAL) {
    this.#journal = journal;
  }

  /** The highest sequence that was given out. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Gives out no sequence up to this one any more. */
  continueFrom(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Whether the entry is still in the queue. */
  has(entry: Entry): boolean {
    return entry.isPresent;
  }

  lane(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  /**
   * Appends an operation and makes it go as soon as it may.
   *
   * @param sequence - higher than all before; the next one when absent
   * @param progress - how far it came already; that of a new operation when absent
   */
  add(operation: NewOperation, sequence = this.#sequence + 1, progress?: Progress): Entry {
    this.#sequence = sequence;
    const entry = new Entry(operation, sequence);
    if (progress !== undefined) {
      entry.takeProgress(progress);
      entry.state = stateOf(progress);
    }
    this.#log.push(entry);
    this.#enter(entry);
    return entry;
  }

  /** Puts an entry back that was removed a moment ago, before the next `compact`. */
  putBack(entry: Entry): void {
    this.#gone = 0;
    this.#enter(entry);
  }

  #enter(entry: Entry): void {
    this.#journal.changed(entry);
    this.#count(entry, 1);
    this.#place(entry);
  }

  /** Forgets entries that left, as soon as they outnumber those that are there. */
  compact(): void {
    if (this.#log.length < COMPACT_ABOVE || this.#log.length < 2 * this.#byId.size) return;
    this.#log = this.#log.filter((entry) => this.has(entry));
    this.#gone = 0;
  }

  /** Gives an entry its place, by its sequence. */
  #place(entry: Entry): void {
    const { id, dependsOn, references } = entry.operation;
    this.#byId.set(id, entry);
    entry.isPresent = true;
    for (const reference of references) this.#referrers(reference.id).add(entry);
    if (entry.isAside) this.#aside.add(entry);
    for (const other of dependsOn) depend(entry, this.#byId.get(other));
    if (!entry.isAside) this.#openLane(entry)?.insert(entry);
    this.#ranks.update(entry);
    this.refresh(entry);
    if (entry.next !== undefined) this.refresh(entry.next);
  }

  /** Takes an entry out for good and lets go what waited for it. */
  remove(entry: Entry): void {
    this.#journal.changed(entry);
    this.#count(entry, -1);
    this.#displace(entry);
    // Those that met it earlier, in a schedule or a list of what may go, skip it from now on.
    entry.state = 'blocked';
    const { dependents } = entry;
    if (dependents === undefined) return;
    entry.dependents = undefined;
    for (const dependent of dependents.entries) {
      dependent.blockers?.delete(entry);
      this.refresh(dependent);
    }
  }

  /** Takes an entry out of its lane, its references and its id; its dependents go on waiting for it. */
  #displace(entry: Entry): void {
    const { id, references } = entry.operation;
    this.#byId.delete(id);
    entry.isPresent = false;
    this.#aside.delete(entry);
    for (const reference of references) this.#unrefer(reference.id, entry);
    const { lane, previous, next } = entry;
    if (lane !== undefined) {
      const wasLeased = lane.leased > 0;
      lane.remove(entry);
      if (lane.head === undefined) this.#closeLane(lane);
      else if (lane.head === next || wasLeased) this.refresh(lane.head);
    }
    this.#ranks.withdraw(entry);
    this.#ranks.update(previous);
  }

  /** Gives an entry that is not leased, or no longer, another progress and works out what it may do now. */
  settle(entry: Entry, progress: Progress): void {
    if (entry.isAside !== (progress.hold === 'aside')) {
      // It leaves its lane, or comes back to it.
      this.exchange(entry, entry.operation, progress);
      return;
    }
    this.#journal.changed(entry);
    entry.takeProgress(progress);
    this.setState(entry, stateOf(progress));
    this.refresh(entry);
  }

  /**
   * Gives an entry another operation, under the same sequence; those who depend on it depend on the new one.
   *
   * @param progress - how far the operation came; unchanged when absent
   */
  exchange(entry: Entry, operation: NewOperation, progress?: Progress): void {
    const before = entry.operation.id;
    this.#journal.changed(entry);
    this.#count(entry, -1);
    this.#displace(entry);
    entry.operation = withFrozenLists(operation);
    if (progress !== undefined) {
      entry.takeProgress(progress);
      entry.state = stateOf(progress);
    }
    this.#count(entry, 1);
    if (operation.id !== before) this.#rename(entry, before, operation.id);
    this.#place(entry);
  }

  #rename({ dependents }: Entry, before: string, after: string): void {
    for (const dependent of dependents?.entries ?? []) {
      const dependsOn = dependent.operation.dependsOn.map((id) => (id === before ? after : id));
      dependent.operation = withFrozenLists({ ...dependent.operation, dependsOn });
      this.#journal.changed(dependent);
    }
  }

  /** Works out whether the entry may go, now or later, unless it is leased or held. */
  refresh(entry: Entry): void {
    const { state: before, dueAt } = entry;
    if (before === 'leased' || before === 'parked' || before === 'deadLetter') return;
    const state = !entry.isFree ? 'blocked' : dueAt > 0 ? 'scheduled' : 'waiting';
    if (state !== before) {
      this.setState(entry, state);
      if (state === 'waiting') this.#readyFor(entry).add(entry);
      else if (state === 'scheduled') this.#readyFor(entry).schedule(entry);
    }
    if (state === 'blocked' && dueAt > 0 && dueAt !== entry.awaited) {
      entry.awaited = dueAt;
      this.#blocked.push(dueAt, entry);
    }
  }

  /** One that may go is looked for by its rank. */
  #rankChanged(entry: Entry): void {
    if (entry.state === 'waiting') this.#readyFor(entry).add(entry);
  }

  setState(entry: Entry, state: OperationState): void {
    const before = entry.state;
    this.byState[before]--;
    this.byState[state]++;
    entry.state = state;
    // What is being sent lends its rank to nobody.
    const begins = state === 'leased';
    const { lane } = entry;
    if (lane === undefined || begins === (before === 'leased')) return;
    lane.leased += begins ? 1 : -1;
    this.#ranks.update(entry);
    const { head } = lane;
    if (head !== undefined && head !== entry) this.refresh(head);
  }

  /** Ends the schedules whose time has come, also of what is blocked. */
  wake(now: number): void {
    while (this.#blocked.peekKey() <= now) {
      const key = this.#blocked.peekKey();
      const entry = this.#blocked.pop() as Entry;
      if (entry.awaited === key) entry.awaited = 0;
      if (!entry.isPresent || entry.state !== 'blocked' || entry.dueAt !== key) continue;
      entry.dueAt = 0;
      entry.delayMs = 0;
      this.#journal.changed(entry);
    }
    for (const ready of this.#readyOf({})) {
      for (let entry = ready.takeDue(now); entry !== undefined; entry = ready.takeDue(now)) {
        entry.dueAt = 0;
        entry.delayMs = 0;
        this.#journal.changed(entry);
        this.refresh(entry);
      }
    }
  }

  /** The entry that goes first among those that the caller asks for, left in place. */
  first(asked: Asked): Entry | undefined {
    let first: Entry | undefined;
    for (const ready of this.#readyOf(asked)) {
      const entry = ready.peek();
      if (entry !== undefined && (first === undefined || goesBefore(entry, first))) first = entry;
    }
    return first;
  }

  /** Removes what `first` returned from those that may go; its state is the caller's to set. */
  take(entry: Entry): void {
    this.#readyFor(entry).take(entry);
  }

  /** Lets a follower compete before its predecessor has left, until `withdraw`. */
  advance(entry: Entry): void {
    this.setState(entry, 'waiting');
    this.#readyFor(entry).add(entry);
  }

  /** When the next scheduled operation that the caller asks for is due; `Infinity` when none is. */
  nextDueAt(asked: Asked): number {
    let next = Infinity;
    for (const ready of this.#readyOf(asked)) next = Math.min(next, ready.nextDueAt());
    return next;
  }

  /** Entries whose operations mention the temporary id. */
  referring(temporaryId: string): readonly Entry[] {
    return [...(this.#byReference.get(temporaryId) ?? [])];
  }

  blockersOf(entry: Entry): readonly string[] {
    const head = entry.lane?.head;
    const ahead = head === entry ? leasedBehind(entry) : head === undefined ? [] : [head.id];
    return [...new Set([...ahead, ...Array.from(entry.blockers ?? [], ({ id }) => id)])];
  }

  /** Those that wait for it directly: behind it in its lane, where it is the head, then its dependents. */
  *followersOf(entry: Entry): Iterable<Entry> {
    const isHead = entry.lane !== undefined && entry.previous === undefined;
    const seen = new Set<Entry>();
    for (let other = isHead ? entry.next : undefined; other !== undefined; other = other.next) {
      seen.add(other);
      yield other;
    }
    const dependents = [...(entry.dependents?.entries ?? [])].filter((other) => !seen.has(other));
    yield* dependents.sort((a, b) => a.sequence - b.sequence);
  }

  /** What holds an entry and goes no further by itself: the head of its lane, or one that it depends on. */
  holderOf(entry: Entry): Entry | undefined {
    const head = entry.lane?.head;
    if (head !== undefined && head !== entry && isHeld(head)) return head;
    for (const other of entry.blockers ?? []) if (isHeld(other)) return other;
    return undefined;
  }

  /** Entries in sequence order, beginning behind `after`. */
  *entries(after = 0): Iterable<Entry> {
    while (this.#log[this.#gone]?.isPresent === false) this.#gone++;
    let low = this.#gone;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle] as Entry).sequence <= after) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#log.length; at++) {
      const entry = this.#log[at] as Entry;
      if (this.has(entry)) yield entry;
    }
  }

  /** Entries of one entity in sequence order, over the lanes of all its principals, beginning behind `after`. */
  entriesOf(entity: string, after = 0): Iterable<Entry> {
    const aside = [...this.#aside].filter((entry) => entry.entity === entity && entry.sequence > after);
    if (aside.length === 0) return this.#inLanesOf(entity, after);
    return [...aside, ...this.#inLanesOf(entity, after)].sort((a, b) => a.sequence - b.sequence);
  }

  *#inLanesOf(entity: string, after: number): Iterable<Entry> {
    let heads = [...(this.#lanesOf.get(entity) ?? [])].map(({ head }) => firstBehind(head, after));
    for (;;) {
      heads = heads.filter((head) => head !== undefined);
      const at = indexOfFirst(heads as readonly Entry[]);
      const first = heads[at];
      if (first === undefined) return;
      heads[at] = first.next;
      yield first;
    }
  }

  #count(entry: Entry, by: 1 | -1): void {
    this.byState[entry.state] += by;
    const { priority } = entry.operation;
    const count = (this.byPriority.get(priority) ?? 0) + by;
    if (count === 0) this.byPriority.delete(priority);
    else this.byPriority.set(priority, count);
  }

  #openLane({ operation }: Entry): Lane | undefined {
    const name = laneOf(operation);
    if (name === undefined) return undefined;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const { entity = '' } = operation;
    const lane = new Lane(name, entity);
    this.#lanes.set(name, lane);
    const beside = this.#lanesOf.get(entity);
    if (beside === undefined) this.#lanesOf.set(entity, new Set([lane]));
    else beside.add(lane);
    return lane;
  }

  #closeLane(lane: Lane): void {
    this.#lanes.delete(lane.name);
    const beside = this.#lanesOf.get(lane.entity);
    beside?.delete(lane);
    if (beside?.size === 0) this.#lanesOf.delete(lane.entity);
  }

  #readyFor(entry: Entry): ReadySet {
    const { principal } = entry;
    let shelf = this.#ready.get(principal);
    if (shelf === undefined) this.#ready.set(principal, (shelf = new ReadyShelf()));
    return shelf.setFor(entry);
  }

  *#readyOf({ principals = [...this.#ready.keys()], knows }: Asked): Iterable<ReadySet> {
    for (const principal of principals) {
      const shelf = this.#ready.get(principal);
      if (shelf !== undefined) yield* shelf.sets(knows);
    }
  }

  #referrers(temporaryId: string): Set<Entry> {
    let entries = this.#byReference.get(temporaryId);
    if (entries === undefined) this.#byReference.set(temporaryId, (entries = new Set()));
    return entries;
  }

  #unrefer(temporaryId: string, entry: Entry): void {
    const entries = this.#byReference.get(temporaryId);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byReference.delete(temporaryId);
  }
}

function stateOf({ hold }: Progress): OperationState {
  return hold === undefined ? 'blocked' : stateOfHold(hold);
}

function isHeld({ state }: Entry): boolean {
  return state === 'parked' || state === 'deadLetter';
}

function firstBehind(head: Entry | undefined, after: number): Entry | undefined {
  let entry = head;
  while (entry !== undefined && entry.sequence <= after) entry = entry.next;
  return entry;
}

/** Where the entry with the lowest sequence stands; an entity has few lanes. */
function indexOfFirst(entries: readonly Entry[]): number {
  let first = 0;
  for (const [at, { sequence }] of entries.entries())
    if (sequence < (entries[first] as Entry).sequence) first = at;
  return first;
}

function goesBefore(a: Entry, b: Entry): boolean {
  return a.rank === b.rank ? a.sequence < b.sequence : a.rank > b.rank;
}

/** What is being sent of the lane of its head, which waits for it. */
function leasedBehind({ lane, next, state }: Entry): readonly string[] {
  if (lane === undefined || lane.leased === 0 || state !== 'blocked') return [];
  const ids: string[] = [];
  for (let other = next; other !== undefined && ids.length < lane.leased; other = other.next)
    if (other.state === 'leased') ids.push(other.id);
  return ids;
}
