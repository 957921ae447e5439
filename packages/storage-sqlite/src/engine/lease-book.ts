import type { SqlRow } from '../drivers/sqlite-driver.js';
import { laneOf } from '@cpc/sync-core/storage-kit';
import { checksumOf } from './checksum.js';
import type { Lane } from './lane.js';
import type { LeaseView } from './operation-row.js';
import { valueAt, WHOLE } from './selection.js';
import type { Statements } from './statements.js';

const SEED = 0x7e4d;

/** What a lease keeps about an operation, so that its settlement needs no look at the row. */
export interface LeasedItem {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string | null;
  readonly principal: string | null;
  readonly priority: number;
}

/** Reads one out of a whole row. */
export function leasedItemOf(row: SqlRow): LeasedItem {
  const { at } = WHOLE;
  return {
    sequence: valueAt(row, at.sequence),
    id: valueAt(row, at.id),
    entity: valueAt(row, at.entity),
    principal: valueAt(row, at.principal),
    priority: valueAt(row, at.priority),
  };
}

/** Operations that one claim holds until the same moment: one row. */
export interface LeaseGroup extends LeaseView {
  readonly token: number;
  readonly items: ReadonlyMap<number, LeasedItem>;
}

/** A group while a transaction runs. `part` is undefined until it has a row. */
interface OpenGroup extends LeaseGroup {
  part: number | undefined;
  leaseUntil: number;
  leaseMs: number;
  readonly items: Map<number, LeasedItem>;
  isChanged: boolean;
}

/** Without a principal in format 3, where it was not kept. */
type ItemTuple = [number, string, string | null, number, principal?: string | null];

/**
 * Who holds what: the rows of the claims, read once in a transaction, when first asked for, and written back at
 * its end where they changed.
 */
export class LeaseBook {
  readonly #sql: Statements;
  #groups: Set<OpenGroup> | undefined;
  readonly #parts = new Set<number>();
  readonly #bySequence = new Map<number, OpenGroup>();
  /** What is leased of each lane; made when first asked for. */
  #byLane: Map<string, Set<LeasedItem>> | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  get groups(): Iterable<LeaseGroup> {
    return [...this.#open()];
  }

  leaseOn(sequence: number): LeaseGroup | undefined {
    this.#open();
    return this.#bySequence.get(sequence);
  }

  /** What is leased of a lane. */
  inLane(lane: Lane): Iterable<LeasedItem> {
    if (this.#byLane === undefined) {
      const groups = this.#open();
      this.#byLane = new Map();
      for (const { items } of groups) for (const item of items.values()) this.#enterLane(item);
    }
    return this.#byLane.get(laneOf(lane) ?? '') ?? [];
  }

  #enterLane(item: LeasedItem): void {
    const name = laneOf(item);
    if (name === undefined || this.#byLane === undefined) return;
    const others = this.#byLane.get(name);
    if (others === undefined) this.#byLane.set(name, new Set([item]));
    else others.add(item);
  }

  #leaveLane(item: LeasedItem): void {
    const name = this.#byLane && laneOf(item);
    if (name !== undefined) this.#byLane?.get(name)?.delete(item);
  }

  /** What the token holds, by id. */
  heldBy(token: number): ReadonlyMap<string, LeasedItem> {
    const held = new Map<string, LeasedItem>();
    for (const group of this.#open()) {
      if (group.token === token) for (const item of group.items.values()) held.set(item.id, item);
    }
    return held;
  }

  add(token: number, leaseUntil: number, leaseMs: number, items: readonly LeasedItem[]): void {
    const group: OpenGroup = {
      part: undefined,
      token,
      leaseUntil,
      leaseMs,
      items: new Map(items.map((item) => [item.sequence, item])),
      isChanged: true,
    };
    this.#open().add(group);
    for (const item of items) {
      this.#bySequence.set(item.sequence, group);
      this.#enterLane(item);
    }
  }

  /** Ends the lease on an operation. */
  release(sequence: number): void {
    this.#open();
    const group = this.#bySequence.get(sequence);
    const item = group?.items.get(sequence);
    if (group === undefined || item === undefined) return;
    this.#leaveLane(item);
    group.items.delete(sequence);
    group.isChanged = true;
    this.#bySequence.delete(sequence);
  }

  /** Gives the leases on these operations another end. */
  extend(sequences: readonly number[], leaseUntil: number, leaseMs: number): void {
    this.#open();
    const byGroup = new Map<OpenGroup, LeasedItem[]>();
    for (const sequence of sequences) {
      const group = this.#bySequence.get(sequence);
      const item = group?.items.get(sequence);
      if (group === undefined || item === undefined) continue;
      byGroup.set(group, [...(byGroup.get(group) ?? []), item]);
    }
    for (const [group, items] of byGroup) {
      if (items.length === group.items.size) {
        Object.assign(group, { leaseUntil, leaseMs, isChanged: true });
      } else {
        for (const { sequence } of items) this.release(sequence);
        this.add(group.token, leaseUntil, leaseMs, items);
      }
    }
  }

  /** Writes what changed. */
  save(): void {
    for (const group of this.#groups ?? []) {
      if (!group.isChanged) continue;
      group.isChanged = false;
      this.#write(group);
    }
  }

  #write({ part, token, leaseUntil, leaseMs, items }: OpenGroup): void {
    if (items.size === 0) {
      if (part !== undefined) this.#sql.removeClaim.run(part);
      return;
    }
    const text = textOf(items.values());
    const check = checksum(token, leaseUntil, leaseMs, text);
    if (part === undefined) this.#sql.addClaim.run(this.#freePart(), token, leaseUntil, leaseMs, text, check);
    else this.#sql.updateClaim.run(leaseUntil, leaseMs, text, check, part);
  }

  /** SQLite would go on behind the highest part, which damage may have made up. */
  #freePart(): number {
    let part = 1;
    while (this.#parts.has(part)) part++;
    this.#parts.add(part);
    return part;
  }

  #principalOf(sequence: number): string | null {
    return (this.#sql.laneOf.get(sequence)?.[1] ?? null) as string | null;
  }

  #open(): Set<OpenGroup> {
    if (this.#groups !== undefined) return this.#groups;
    this.#groups = new Set();
    for (const row of this.#sql.claims.all()) {
      const [part, token, leaseUntil, leaseMs, text, found] = row as [
        number,
        number,
        number,
        number,
        string,
        number,
      ];
      this.#parts.add(part);
      // A lease that cannot be read holds nothing: its holder finds it stale, and the operations go again. Nor does one
      // whose number none can name, which could be neither changed nor ended.
      if (!Number.isSafeInteger(part) || checksum(token, leaseUntil, leaseMs, text) !== found) continue;
      const items = new Map<number, LeasedItem>();
      const group = { part, token, leaseUntil, leaseMs, items, isChanged: false };
      this.#groups.add(group);
      for (const [sequence, id, entity, priority, kept] of JSON.parse(text) as ItemTuple[]) {
        const principal = kept === undefined ? this.#principalOf(sequence) : kept;
        items.set(sequence, { sequence, id, entity, priority, principal });
        this.#bySequence.set(sequence, group);
      }
    }
    return this.#groups;
  }
}

function textOf(items: Iterable<LeasedItem>): string {
  return JSON.stringify(
    Array.from(items, ({ sequence, id, entity, priority, principal }): ItemTuple => [
      sequence,
      id,
      entity,
      priority,
      principal,
    ]),
  );
}

function checksum(token: number, leaseUntil: number, leaseMs: number, text: string): number {
  return checksumOf([token, leaseUntil, leaseMs, text], SEED);
}
