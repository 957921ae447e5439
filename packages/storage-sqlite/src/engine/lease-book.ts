import { checksumOf } from './checksum.js';
import type { LeaseView } from './operation-row.js';
import type { Statements } from './statements.js';

const SEED = 0x7e4d;

/** What a lease keeps about an operation, so that its settlement needs no look at the row. */
export interface LeasedItem {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string | null;
  readonly priority: number;
}

/** Operations that one claim holds until the same moment: one row. */
export interface LeaseGroup extends LeaseView {
  readonly part: number;
  readonly token: number;
  readonly items: readonly LeasedItem[];
}

type ItemTuple = [number, string, string | null, number];

/** Who holds what: the rows of the claims, read once in a transaction, when first asked for. */
export class LeaseBook {
  readonly #sql: Statements;
  #groups: LeaseGroup[] | undefined;
  #bySequence: Map<number, LeaseGroup> | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  get groups(): readonly LeaseGroup[] {
    return this.#load();
  }

  leaseOn(sequence: number): LeaseGroup | undefined {
    this.#bySequence ??= new Map(
      this.groups.flatMap((group) => group.items.map((item) => [item.sequence, group] as const)),
    );
    return this.#bySequence.get(sequence);
  }

  /** How many operations are leased. */
  get size(): number {
    return this.groups.reduce((sum, { items }) => sum + items.length, 0);
  }

  add(token: number, leaseUntil: number, leaseMs: number, items: readonly LeasedItem[]): void {
    const text = textOf(items);
    this.#sql.addClaim.run(token, leaseUntil, leaseMs, text, checksum(token, leaseUntil, leaseMs, text));
    this.#forget();
  }

  /** Gives a group other items or another end; without items it is gone. */
  change(group: LeaseGroup, change: Partial<LeaseGroup>): void {
    const { part, token, leaseUntil, leaseMs, items } = { ...group, ...change };
    if (items.length === 0) {
      this.#sql.removeClaim.run(part);
    } else {
      const text = textOf(items);
      this.#sql.updateClaim.run(leaseUntil, leaseMs, text, checksum(token, leaseUntil, leaseMs, text), part);
    }
    this.#forget();
  }

  #forget(): void {
    this.#groups = undefined;
    this.#bySequence = undefined;
  }

  #load(): LeaseGroup[] {
    this.#groups ??= this.#sql.claims.all().flatMap((row) => {
      const [part, token, leaseUntil, leaseMs, text, found] = row as [
        number,
        number,
        number,
        number,
        string,
        number,
      ];
      if (checksum(token, leaseUntil, leaseMs, text) !== found) {
        // A lease that cannot be read holds nothing: its holder finds it stale, and the operations go again.
        return [];
      }
      const items = (JSON.parse(text) as ItemTuple[]).map(([sequence, id, entity, priority]) => ({
        sequence,
        id,
        entity,
        priority,
      }));
      return [{ part, token, leaseUntil, leaseMs, items }];
    });
    return this.#groups;
  }
}

function textOf(items: readonly LeasedItem[]): string {
  return JSON.stringify(
    items.map(({ sequence, id, entity, priority }): ItemTuple => [sequence, id, entity, priority]),
  );
}

function checksum(token: number, leaseUntil: number, leaseMs: number, text: string): number {
  return checksumOf([token, leaseUntil, leaseMs, text], SEED);
}
