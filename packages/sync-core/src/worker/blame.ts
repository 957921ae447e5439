import type { StoredOperation } from '../operation/operation-record.js';
import type { Clock } from '../ports/clock.js';

/** So many operations in a row that nobody served are no longer each to blame, whatever happened to them before. */
const MANY = 8;

/** What spoils a send is looked for in parts of it: each that is not served is cut in so many. */
const PARTS = 4;

/** No more than so many operations are remembered as having shared a send that was not served. */
const MAX_SUSPECTS = 10_000;

/** Outcomes of attempts that were not served: nobody answered, or the answer was "later". */
const UNSERVED: ReadonlySet<string> = new Set(['unreachable', 'retry']);

/** What trouble of a send says. */
export interface Verdict {
  /** It speaks against the server or the network. */
  readonly isEvidence: boolean;
  /** It speaks against the operation, which waits for itself. */
  readonly isToBlame: boolean;
  /** It is worth telling a monitor. */
  readonly isNews: boolean;
}

/**
 * Who is to blame when a send is not served: the operation, or the server and the network. An operation's trouble is
 * evidence once:
 *
 * - Where others were served while it was under way, the operation is to blame.
 * - Where others were served between its last attempt and this one, it is to blame as well, unless so many in a row are
 *   not served that something larger must have happened.
 * - Where nobody was served since, its first trouble is evidence, and every further one is evidence only if it is
 *   another operation's than the last: the same change that fails again says nothing new.
 */
export class Blame {
  readonly #clock: Clock;
  /** When a send was last served, in monotonic milliseconds, and by the wall clock. */
  #servedAt = -Infinity;
  #servedAtWall = -Infinity;
  /** When an operation was last acknowledged, by the wall clock. */
  #takenAt = -Infinity;
  /** What was in trouble since the last one that was served. */
  readonly #unserved = new Set<string>();
  /** How many operations may share the next send of each. */
  readonly #sendLimits = new Map<string, number>();
  /** The operation that was the latest evidence, where it was alone in its send. */
  #witness: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  served(operations: readonly StoredOperation[], isTaken: boolean): void {
    if (this.#sendLimits.size > 0) for (const { id } of operations) this.#sendLimits.delete(id);
    this.#servedAt = this.#clock.monotonicMs();
    this.#servedAtWall = this.#clock.now();
    if (isTaken) this.#takenAt = this.#servedAtWall;
    this.#witness = undefined;
    this.#unserved.clear();
  }

  /** @param sentAt - when the send began, in monotonic milliseconds */
  unserved(operations: readonly StoredOperation[], sentAt: number): Verdict {
    const isKnownCulprit = operations.every((operation) => this.#wasServedSince(operation));
    const [only] = operations.length === 1 ? operations : [];
    const isSame = only !== undefined && only.id === this.#witness;
    this.#suspect(operations);
    const isFirst = operations.some(({ id }) => !this.#unserved.has(id));
    for (const { id } of operations) if (this.#unserved.size <= MANY) this.#unserved.add(id);
    const isToBlame = this.#servedAt > sentAt || (isKnownCulprit && this.#unserved.size <= MANY);
    const isEvidence = !isToBlame && !isSame;
    if (isEvidence) this.#witness = only?.id;
    return { isEvidence, isToBlame, isNews: isEvidence && isFirst };
  }

  /** How many operations a send may hold at most that holds this one. */
  sendLimit(id: string): number {
    return this.#sendLimits.get(id) ?? Infinity;
  }

  /**
   * Whether an answer that asks for another attempt speaks against the operation: others were acknowledged since its
   * last attempt, or since it was made where there was none.
   */
  speaksAgainst({ history, createdAt }: StoredOperation): boolean {
    return (history.at(-1)?.startedAt ?? createdAt) <= this.#takenAt;
  }

  #suspect(operations: readonly StoredOperation[]): void {
    const limit = Math.ceil(operations.length / PARTS);
    for (const { id } of operations)
      if (this.#sendLimits.size < MAX_SUSPECTS || this.#sendLimits.has(id)) this.#sendLimits.set(id, limit);
  }

  #wasServedSince({ history }: StoredOperation): boolean {
    const last = history.at(-1);
    return last !== undefined && UNSERVED.has(last.outcome) && last.startedAt < this.#servedAtWall;
  }
}
