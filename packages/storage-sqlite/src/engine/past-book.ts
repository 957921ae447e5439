import { type Fate, Past, REMEMBERED_IDS } from '@cpc/sync-core/storage-kit';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';
import type { QueueTables } from '../schema/tables.js';
import { checksumOf } from './checksum.js';

const SEED = 0x6b21;

/** Old rows are dropped whenever so many more ids were remembered. */
const PRUNE_EVERY = 1000;

/** How far a history of ids went: how many there were, and the mark of the last row. */
export interface PastPosition {
  readonly past: number;
  readonly pastMark: number;
}

/** An id that left for good, or one with what it became. */
type Remembered = string | readonly [id: string, fate: string];

type PastStatements = ReturnType<typeof preparePast>;

/**
 * What became of the latest ids, as one connection knows it. The rows are read once and then only what was added
 * since, by whomever; an `enqueue` looks an id up in memory.
 */
export class PastBook {
  readonly #prepare: () => PastStatements;
  #statements: PastStatements | undefined;
  #known = new Past();
  #position: PastPosition = { past: 0, pastMark: 0 };

  constructor(driver: SqliteDriver, tables: QueueTables) {
    this.#prepare = () => preparePast(driver, tables);
  }

  get #sql(): PastStatements {
    return (this.#statements ??= this.#prepare());
  }

  /** What became of the ids up to a position, which is that of the transaction that asks. */
  upTo({ past, pastMark }: PastPosition): Past {
    const known = this.#position;
    if (past === known.past && pastMark === known.pastMark) return this.#known;
    let rows = this.#sql.after.all(known.past);
    const isContinued = known.past === 0 || rows[0]?.[2] === known.pastMark;
    if (!isContinued) {
      this.#known = new Past();
      rows = this.#sql.after.all(0);
    }
    for (const [, ids, before, mark] of rows) this.#read(ids as string, before as number, mark as number);
    this.#position = { past, pastMark };
    return this.#known;
  }

  /** Writes down what became of these ids. @returns the position behind them */
  append({ past, pastMark }: PastPosition, fates: ReadonlyMap<string, Fate>): PastPosition {
    const all: Remembered[] = [];
    fates.forEach((fate, id) => all.push(fate === null ? id : [id, fate]));
    const ids = JSON.stringify(all.length > REMEMBERED_IDS ? all.slice(-REMEMBERED_IDS) : all);
    const number = past + all.length;
    const mark = checksumOf([pastMark, ids], SEED);
    this.#sql.add.run(number, ids, pastMark, mark);
    if (Math.floor(number / PRUNE_EVERY) > Math.floor(past / PRUNE_EVERY))
      this.#sql.prune.run(number - REMEMBERED_IDS);
    return { past: number, pastMark: mark };
  }

  /** The position that the rows themselves show, where nothing else knows it. */
  lastPosition(): PastPosition {
    const [past = 0, pastMark = 0] = this.#sql.last.get() ?? [];
    return { past: Number(past), pastMark: Number(pastMark) };
  }

  /** A damaged row is forgotten: all that it costs is that a repeat of what it named may come in again. */
  #read(ids: string, before: number, mark: number): void {
    if (checksumOf([before, ids], SEED) !== mark) return;
    for (const one of JSON.parse(ids) as Remembered[]) {
      if (typeof one === 'string') this.#known.remember(one, null);
      else this.#known.remember(one[0], one[1]);
    }
  }
}

function preparePast(driver: SqliteDriver, { past: p }: QueueTables) {
  return {
    after: driver.prepare(`SELECT number, ids, before, mark FROM ${p} WHERE number > ? ORDER BY number`),
    last: driver.prepare(`SELECT number, mark FROM ${p} ORDER BY number DESC LIMIT 1`),
    add: driver.prepare(`INSERT OR REPLACE INTO ${p} (number, ids, before, mark) VALUES (?, ?, ?, ?)`),
    prune: driver.prepare(`DELETE FROM ${p} WHERE number <= ?`),
  };
}
