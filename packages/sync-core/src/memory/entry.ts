import type { SyncFailure } from '../errors/sync-failure.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import { frozenCopy, frozenList, withFrozenLists } from '../operation/own.js';
import { firstDueAt, NO_HISTORY, type Progress } from '../rules/progress.js';
import { RankCounts } from './rank-counts.js';

/** One operation in the index: what the app gave, what the storage keeps, and its place among the others. */
export class Entry {
  operation: NewOperation;
  readonly sequence: number;
  state: OperationState = 'blocked';
  attempts = 0;
  attempted = false;
  history: readonly AttemptRecord[] = NO_HISTORY;
  /** When it is due, while blocked or scheduled; 0 for at once. While leased, when the lease ends. */
  dueAt: number;
  delayMs = 0;
  /** The due time for which the index looks at it while it is blocked; 0 for none. */
  awaited = 0;
  failure: SyncFailure | undefined = undefined;
  /** A dead letter that has left its lane. */
  isAside = false;

  /** Whether it is in the queue. */
  isPresent = false;
  /** The claim that holds it, and whether it was attempted before that claim. */
  token = 0;
  attemptedBefore = false;

  /** What it was last put into, to go or to be due. One that it was put into before skips it. */
  ready: object | undefined = undefined;
  lane: Lane | undefined = undefined;
  previous: Entry | undefined = undefined;
  next: Entry | undefined = undefined;
  /** Those of its dependencies that are still in the queue. */
  blockers: Set<Entry> | undefined = undefined;
  /** Who depends on it; see `Dependents`. */
  dependents: Dependents | undefined = undefined;
  /** The highest rank of its own and of what waits for it; see `RankFlow`. `-Infinity` while it has no place. */
  rank = -Infinity;

  constructor(operation: NewOperation, sequence: number) {
    this.operation = withFrozenLists(operation);
    this.sequence = sequence;
    this.dueAt = firstDueAt(operation);
  }

  get id(): string {
    return this.operation.id;
  }

  get kind(): string {
    return this.operation.kind;
  }

  get entity(): string | undefined {
    return this.operation.entity;
  }

  get version(): number {
    return this.operation.version;
  }

  get principal(): string | undefined {
    return this.operation.principal;
  }

  /** How far it came, as it would be without the lease, where there is one. */
  get progress(): Progress {
    const { state, attempts, history, failure } = this;
    const isLeased = state === 'leased';
    return {
      attempts,
      attempted: isLeased ? this.attemptedBefore : this.attempted,
      history,
      hold: this.isAside ? 'aside' : state === 'parked' || state === 'deadLetter' ? state : undefined,
      dueAt: isLeased ? 0 : this.dueAt,
      delayMs: isLeased ? 0 : this.delayMs,
      failure,
    };
  }

  /** Takes over all of it but the state, which is the index's to set. */
  takeProgress({ attempts, attempted, history, hold, dueAt, delayMs, failure }: Progress): void {
    this.isAside = hold === 'aside';
    this.attempts = attempts;
    this.attempted = attempted;
    this.history = frozenList(history);
    this.dueAt = dueAt;
    this.delayMs = delayMs;
    this.failure = failure && frozenCopy(failure);
  }

  /** Whether anything that it depends on is still in the queue. */
  get isGated(): boolean {
    return this.blockers !== undefined && this.blockers.size > 0;
  }

  /**
   * Nothing but time, a hold or a lease stands between it and its delivery. What came into its place in front of one that
   * is being sent waits for that one, so that no two of a lane are under way in two sends.
   */
  get isFree(): boolean {
    return (
      this.previous === undefined && !this.isGated && (this.lane === undefined || this.lane.leased === 0)
    );
  }

  /**
   * The operation as a storage gives it out. Field by field, so that all have one hidden class: spreading made
   * this the most expensive step of a delivery. The lists and the failure are frozen where they came in, so that
   * whoever receives them cannot reach the queue.
   */
  snapshot(attempted = this.attempted): StoredOperation {
    const { operation } = this;
    return {
      id: operation.id,
      kind: operation.kind,
      entity: operation.entity,
      principal: operation.principal,
      payload: operation.payload,
      priority: operation.priority,
      rank: operation.rank,
      version: operation.version,
      dependsOn: operation.dependsOn,
      references: operation.references,
      coalesces: operation.coalesces,
      createdAt: operation.createdAt,
      scheduledAt: operation.scheduledAt,
      expiresAt: operation.expiresAt,
      timestamp: operation.timestamp,
      baseVersion: operation.baseVersion,
      base: operation.base,
      conflictRounds: operation.conflictRounds,
      sequence: this.sequence,
      state: this.state,
      attempts: this.attempts,
      attempted,
      history: this.history,
      dueAt: this.state === 'scheduled' || this.state === 'leased' ? this.dueAt : 0,
      delayMs: this.delayMs,
      failure: this.failure,
      aside: this.isAside || undefined,
    };
  }
}

/** The operations of one lane, in sequence order. */
export class Lane {
  readonly name: string;
  readonly entity: string;
  head: Entry | undefined = undefined;
  tail: Entry | undefined = undefined;
  /** How many of its operations are leased. */
  leased = 0;

  constructor(name: string, entity: string) {
    this.name = name;
    this.entity = entity;
  }

  /** Places the entry by its sequence: at the end, unless it comes from another lane. */
  insert(entry: Entry): void {
    let before = this.tail;
    while (before !== undefined && before.sequence > entry.sequence) before = before.previous;
    const after = before === undefined ? this.head : before.next;
    if (entry.state === 'leased') this.leased++;
    entry.lane = this;
    entry.previous = before;
    entry.next = after;
    if (before === undefined) this.head = entry;
    else before.next = entry;
    if (after === undefined) this.tail = entry;
    else after.previous = entry;
  }

  remove(entry: Entry): void {
    if (entry.state === 'leased') this.leased--;
    if (entry.previous === undefined) this.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.lane = entry.previous = entry.next = undefined;
  }
}

/** Those that depend on an entry, and the ranks that they lend to it. */
export class Dependents {
  readonly entries = new Set<Entry>();
  readonly ranks = new RankCounts();
}
