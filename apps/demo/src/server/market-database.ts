import type Database from 'better-sqlite3';
import type { LedgerEntry, MarketCopy, News, OrderRecord } from '../shared/api.js';
import type { Currency } from '../shared/goods.js';
import type { Order } from '../shared/operations.js';
import type { PersonId } from '../shared/people.js';
import { openDatabase } from './open-database.js';

/** How many orders a device is told. */
const LATEST_ORDERS = 50;
const LATEST_EFFECTS = 8;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    "order" TEXT PRIMARY KEY,
    item TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    note TEXT NOT NULL,
    paid INTEGER NOT NULL DEFAULT 0,
    placedBy TEXT NOT NULL,
    changedBy TEXT NOT NULL,
    version INTEGER NOT NULL,
    changedAt TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS currency (person TEXT PRIMARY KEY, currency TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS effect (
    sequence INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS effectByKind ON effect (kind, sequence);
`;

/** A row as SQLite gives it. */
interface OrderRow extends Omit<OrderRecord, 'paid' | 'version'> {
  readonly paid: number;
  readonly version: number;
  readonly changedAt: string;
}

/**
 * The market's own database. Every effect adds a row to the ledger, in the same transaction and without a unique key,
 * so that an effect that happened twice would show.
 */
export class MarketDatabase {
  readonly connection: Database.Database;
  readonly #addEffect: Database.Statement;

  constructor(file: string) {
    this.connection = openDatabase(file, SCHEMA);
    this.#addEffect = this.connection.prepare('INSERT INTO effect (key, kind, person) VALUES (?, ?, ?)');
  }

  /** Runs, as all that writes, inside the receiver's transaction. */
  addEffect(key: string, kind: string, person: PersonId): void {
    this.#addEffect.run(key, kind, person);
  }

  addOrder(order: Order, person: PersonId, changedAt: string): void {
    this.connection
      .prepare(
        `INSERT INTO orders ("order", item, quantity, note, placedBy, changedBy, version, changedAt)
         VALUES (@order, @item, @quantity, @note, @person, @person, 1, @changedAt)`,
      )
      .run({ ...order, person, changedAt });
  }

  changeOrder(order: Order, person: PersonId, changedAt: string): void {
    this.connection
      .prepare(
        `UPDATE orders SET item = @item, quantity = @quantity, note = @note, changedBy = @person,
         version = version + 1, changedAt = @changedAt WHERE "order" = @order`,
      )
      .run({ ...order, person, changedAt });
  }

  payOrder(order: string): void {
    this.connection.prepare('UPDATE orders SET paid = 1 WHERE "order" = ?').run(order);
  }

  setCurrency(person: PersonId, currency: Currency): void {
    this.connection
      .prepare(
        'INSERT INTO currency VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET currency = excluded.currency',
      )
      .run(person, currency);
  }

  orderOf(order: string): (OrderRecord & { readonly changedAt: string }) | undefined {
    const row = this.connection
      .prepare<[string], OrderRow>('SELECT * FROM orders WHERE "order" = ?')
      .get(order);
    return row && recordOf(row);
  }

  copyFor(person: PersonId): MarketCopy {
    const orders = this.connection
      .prepare<[number], OrderRow>('SELECT * FROM orders ORDER BY rowid DESC LIMIT ?')
      .all(LATEST_ORDERS)
      .map((row) => {
        const { changedAt, ...record } = recordOf(row);
        return record;
      });
    const currency = this.connection
      .prepare<[string], Currency>('SELECT currency FROM currency WHERE person = ?')
      .pluck()
      .get(person);
    return { orders, currency: currency ?? 'EUR' };
  }

  news(): News {
    const kinds = this.connection
      .prepare<[], { kind: string; count: number }>(
        'SELECT kind, count(*) AS count FROM effect GROUP BY kind',
      )
      .all();
    const byKind = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
    const effects = kinds.reduce((sum, { count }) => sum + count, 0);
    const ledger = this.connection
      .prepare<[number], LedgerEntry>(
        `SELECT sequence, key, kind, person FROM effect WHERE kind <> 'visits.count'
         ORDER BY sequence DESC LIMIT ?`,
      )
      .all(LATEST_EFFECTS);
    return { effects, byKind, ledger, revision: effects - (byKind['visits.count'] ?? 0) };
  }

  /** The whole ledger in order, for checks. */
  ledger(): readonly LedgerEntry[] {
    return this.connection
      .prepare<[], LedgerEntry>('SELECT sequence, key, kind, person FROM effect ORDER BY sequence')
      .all();
  }

  close(): void {
    this.connection.close();
  }
}

const recordOf = ({ paid, version, ...row }: OrderRow): OrderRecord & { readonly changedAt: string } => ({
  ...row,
  paid: paid === 1,
  version: String(version),
});
