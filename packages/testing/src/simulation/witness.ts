import {
  type Claim,
  type NewOperation,
  type Operation,
  parseTimestamp,
  type StoredOperation,
} from '@cpc/sync-core';
import { NEW_KIND, permanentIdOf, THING_KINDS } from './operations.js';
import type { Referee } from './referee.js';
import type { Owner } from './scheduler.js';

/** How far a timestamp may be ahead of the server's clock: the library's bound on skew, and the time of an answer. */
const MAX_AHEAD_MS = 60_000 + 10_000;

/** How long a storage may take over what was stamped before the time was known. */
const SLOW_MS = 60_000;

/** What the server took for a version of an entity. */
interface Change {
  readonly id: string;
  readonly baseVersion: string | undefined;
}

/**
 * Watches what concerns several operations, or several people, of a history: what mentions a thing, what was thrown
 * away, what a person's own changes meet, what a person is shown, and what the time is. The referee hears of it.
 */
export class Witness {
  readonly #referee: Referee;
  /** By the id of a part: the thing that it mentions, where that was made before. */
  readonly #mentions = new Map<string, string>();
  /** The entities of things whose end cancelled their beginning. */
  readonly #thrownAway = new Set<string>();
  /** By entity: what made its versions, the first one first. */
  readonly #versions = new Map<string, Change[]>();
  /** In which order operations were stored, first sent, and left the queue delivered. */
  readonly #storedAt = new Map<string, number>();
  readonly #sentAt = new Map<string, number>();
  readonly #deliveredAt = new Map<string, number>();
  #moment = 0;
  /** When each tab heard the server's time last, in virtual milliseconds. */
  readonly #heardAt = new Map<Owner, number>();

  constructor(referee: Referee) {
    this.#referee = referee;
  }

  /** A tab heard what the server's clock says. */
  heardTime(tab: Owner, now: number): void {
    this.#heardAt.set(tab, now);
  }

  /**
   * The storage has taken an operation.
   *
   * @param now - in virtual milliseconds
   * @param serverNow - the right time, in milliseconds since the epoch
   * @param leaptAt - when the device's clock was last set ahead, in virtual milliseconds
   */
  stored(tab: Owner, operation: NewOperation, now: number, serverNow: number, leaptAt: number): void {
    const { id, kind, payload, timestamp } = operation;
    this.#storedAt.set(id, ++this.#moment);
    const named = kind === THING_KINDS.part ? (JSON.parse(payload) as { readonly of: string }).of : undefined;
    if (named !== undefined && this.#referee.record(named) !== undefined) this.#mentions.set(id, named);
    const stamp = parseTimestamp(timestamp);
    const heardAt = this.#heardAt.get(tab) ?? -1;
    if (stamp === undefined || heardAt <= leaptAt || heardAt > now - SLOW_MS) return;
    if (stamp.ms > serverNow + MAX_AHEAD_MS)
      this.#referee.broken('time', `${id} is stamped ${stamp.ms - serverNow} ms ahead of the server's clock`);
  }

  /** What a holder may have sent before its lease was over stays the request that it was then, whatever it meets. */
  claimed({ operations }: Claim): void {
    for (const { id, attempted } of operations)
      if (attempted && !this.#sentAt.has(id)) this.#sentAt.set(id, 0);
  }

  sending(operations: readonly Operation[]): void {
    for (const { id, payloadJson } of operations) {
      if (!this.#sentAt.has(id)) this.#sentAt.set(id, ++this.#moment);
      const thing = this.#mentions.get(id);
      if (thing === undefined || payloadJson.includes(`"${permanentIdOf(thing)}"`)) continue;
      const isMade = this.#referee.record(thing)?.gone === 'delivered';
      if (isMade) this.#referee.broken('permanent ids', `${id} is sent with the temporary id of ${thing}`);
      else this.#referee.broken('ended things', `${id} is sent although ${thing} never came to be`);
    }
  }

  delivered(id: string): void {
    this.#deliveredAt.set(id, ++this.#moment);
  }

  /** A person threw a thing away before the server had heard of it. */
  threwAway(entity: string | undefined): void {
    if (entity !== undefined) this.#thrownAway.add(entity);
  }

  /** The server had an effect. */
  applied(operation: Operation | undefined): void {
    if (operation === undefined) return;
    const { id, kind, entity, baseVersion } = operation;
    if (entity === undefined) return;
    if (kind === THING_KINDS.make && this.#thrownAway.has(entity))
      this.#referee.broken('thrown away', `${id} makes ${entity}, which was thrown away before it was made`);
    const versions = this.#versions.get(entity) ?? [];
    versions.push({ id, baseVersion });
    this.#versions.set(entity, versions);
  }

  /**
   * The server says that somebody was faster. Nobody was where all newer versions come from the lane of the change
   * itself, each made on top of the one before, and left the queue while this one waited behind them.
   */
  conflicted(operation: Operation | undefined): void {
    const record = operation && this.#referee.record(operation.id);
    if (record?.entity === undefined || operation?.baseVersion === undefined) return;
    const base = Number(operation.baseVersion);
    const newer = this.#versions.get(record.entity)?.slice(base) ?? [];
    const storedAt = this.#storedAt.get(operation.id) ?? Infinity;
    const sentAt = this.#sentAt.get(operation.id) ?? 0;
    const areOwn = newer.every(({ id, baseVersion }, at) => {
      const other = this.#referee.record(id);
      return (
        other?.gone === 'delivered' &&
        other.device === record.device &&
        other.principal === record.principal &&
        !other.isAdopted &&
        other.sequence < record.sequence &&
        baseVersion === String(base + at) &&
        isBetween(this.#deliveredAt.get(id), storedAt, sentAt)
      );
    });
    if (newer.length > 0 && areOwn)
      this.#referee.broken(
        'own changes',
        `${operation.id} conflicts with ${newer.map(({ id }) => id).join(', ')} of the same person`,
      );
  }

  /**
   * The operations of a device after the faults: one that says the whole value does not wait behind one of its kind that
   * was refused. What something else depends on keeps its place.
   */
  left(operations: readonly StoredOperation[]): void {
    for (const dead of operations) {
      if (dead.kind !== NEW_KIND || dead.state !== 'deadLetter') continue;
      if (operations.some(({ dependsOn }) => dependsOn.includes(dead.id))) continue;
      const better = operations.find(
        (one) =>
          one.kind === NEW_KIND &&
          one.state === 'blocked' &&
          one.entity === dead.entity &&
          one.principal === dead.principal &&
          one.sequence > dead.sequence,
      );
      if (better !== undefined)
        this.#referee.broken('supersession', `${better.id} waits behind ${dead.id}, which it makes needless`);
    }
  }

  /** A person looked at the queue, or at one operation of it. */
  shown(
    principal: string | undefined,
    operations: readonly Pick<StoredOperation, 'id' | 'principal'>[],
  ): void {
    const others = operations.find((one) => one.principal !== principal);
    if (others !== undefined)
      this.#referee.broken(
        'privacy',
        `${others.id} of ${others.principal ?? 'nobody'} is shown to ${principal ?? 'nobody'}`,
      );
  }
}

function isBetween(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from < moment && moment < to;
}
