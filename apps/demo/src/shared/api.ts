import type { Currency, Item } from './goods.js';
import type { PersonId } from './people.js';

/** An order as the server holds it. */
export interface OrderRecord {
  readonly order: string;
  readonly item: Item;
  readonly quantity: number;
  readonly note: string;
  readonly paid: boolean;
  readonly placedBy: PersonId;
  readonly changedBy: PersonId;
  /** Counts the changes, as text; goes out as `If-Match`. */
  readonly version: string;
}

/** What a device keeps of the server. */
export interface MarketCopy {
  /** The latest orders of all stalls, newest first. */
  readonly orders: readonly OrderRecord[];
  /** The person's own choice. */
  readonly currency: Currency;
}

/** One effect on the server, with the key of the operation that had it. */
export interface LedgerEntry {
  readonly sequence: number;
  readonly key: string;
  readonly kind: string;
  readonly person: PersonId;
}

/** What the server tells every open page. */
export interface News {
  /** Effects of every kind. */
  readonly effects: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** The latest effects, newest first; without visits, which are many. */
  readonly ledger: readonly LedgerEntry[];
  /** Grows with every effect that a device may want to know of. */
  readonly revision: number;
}
