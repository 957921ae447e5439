import type { OutcomePage, OutcomeQuery, OutcomeRecord, Principals } from '@cpc/sync-core';
import { type Fate, KEPT_OUTCOMES, Past, REMEMBERED_IDS } from '@cpc/sync-core/storage-kit';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';
import type { QueueTables } from '../schema/tables.js';
import { checksumOf } from './checksum.js';
import { outcomeColumns, OutcomeRows, type Told } from './outcome-rows.js';

const SEED = 0x6b21;

/** Old rows are dropped whenever so many more ids and outcomes were remembered. */
const PRUNE_EVERY = 1000;

/** How far a history went: how many ids and outcomes there were, and the mark of the last row. */
export interface PastPosition {
  readonly past: number;
  readonly outcomes: number;
  readonly pastMark: number;
}

/** An id that was delivered, or one with what it became. */
type Remembered = string | readonly [id: string, fate: Exclude<Fate, null>];

type PastStatements = ReturnType<typeof preparePast>;

/**
 * What became of the latest ids, as one connection knows it. The rows are read once and then only what was added
 * since, by whomever; an `enqueue` looks an id up in memory. What is told of operations lies in the same rows.
 */
export class PastBook {
  readonly #prepare: () => PastStatements;
  readonly #prepareOutcomes: () => OutcomeRows;
  #statements: PastStatements | undefined;
  #rows: OutcomeRows | undefined;
  #known = new Past();
  #position: PastPosition = { past: 0, outcomes: 0, pastMark: 0 };

  constructor(driver: SqliteDriver, tables: QueueTables) {
    this.#prepare = () => preparePast(driver, tables);
    this.#prepareOutcomes = () => new OutcomeRows(driver, tables);
  }

  get #sql(): PastStatements {
    return (this.#statements ??= this.#prepare());
  }

  get #outcomes(): OutcomeRows {
    return (this.#rows ??= this.#prepareOutcomes());
  }

  /** What became of the ids up to a position, which is that of the transaction that asks. */
  upTo(position: PastPosition): Past {
    const known = this.#position;
    if (numberOf(position) === numberOf(known) && position.pastMark === known.pastMark) return this.#known;
    let rows = this.#sql.after.all(numberOf(known));
    const isContinued = numberOf(known) === 0 || rows[0]?.[2] === known.pastMark;
    if (!isContinued) {
      this.#known = new Past();
      rows = this.#sql.after.all(0);
    }
    for (const [, ids, before, mark] of rows) this.#read(ids as string, before as number, mark as number);
    const { past, outcomes, pastMark } = position;
    this.#position = { past, outcomes, pastMark };
    return this.#known;
  }

  /** Writes down what became of these ids, and what is told of operations. @returns the position behind them */
  append(before: PastPosition, fates: ReadonlyMap<string, Fate>, told: readonly Told[]): PastPosition {
    const all: Remembered[] = [];
    fates.forEach((fate, id) => all.push(fate === null ? id : [id, fate]));
    const ids = JSON.stringify(all.length > REMEMBERED_IDS ? all.slice(-REMEMBERED_IDS) : all);
    const pastMark = checksumOf([before.pastMark, ids], SEED);
    const columns = outcomeColumns(before.outcomes, told);
    const position = { past: before.past + all.length, outcomes: columns[1], pastMark };
    const number = numberOf(position);
    this.#sql.add.run(number, ids, before.pastMark, pastMark, ...columns);
    if (Math.floor(number / PRUNE_EVERY) > Math.floor(numberOf(before) / PRUNE_EVERY)) this.#prune(position);
    return position;
  }

  outcomes(query: OutcomeQuery, position: PastPosition): OutcomePage {
    return this.#outcomes.page(query, position.outcomes, numberOf(position));
  }

  outcomeOf(id: string): OutcomeRecord | undefined {
    return this.#outcomes.latestOf(id);
  }

  /** Keeps no more of what was told of these principals' operations than that they ended. */
  purge(principals: Principals): void {
    this.#outcomes.purge(principals);
  }

  /** The position that the rows themselves show, where nothing else knows it. */
  lastPosition(): PastPosition {
    const [number, mark, count] = this.#sql.last.get() ?? [];
    const outcomes = Number(count ?? 0);
    return { past: Number(number ?? 0) - outcomes, outcomes, pastMark: Number(mark ?? 0) };
  }

  /** Drops the rows whose ids and outcomes are both among those that need not be kept. */
  #prune(position: PastPosition): void {
    const end = numberOf(position);
    const lastIds = this.#outcomes.lastBefore(
      end,
      (number, count) => number - count <= position.past - REMEMBERED_IDS,
    );
    const lastOutcomes = this.#outcomes.lastBefore(
      end,
      (_number, count) => count <= position.outcomes - KEPT_OUTCOMES,
    );
    this.#sql.prune.run(Math.min(lastIds, lastOutcomes));
    if (lastIds > lastOutcomes) this.#sql.pruneSilent.run(lastIds);
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

/** The number of the last row: every id and every outcome counts. */
function numberOf({ past, outcomes }: PastPosition): number {
  return past + outcomes;
}

function preparePast(driver: SqliteDriver, { past: p }: QueueTables) {
  return {
    after: driver.prepare(`SELECT number, ids, before, mark FROM ${p} WHERE number > ? ORDER BY number`),
    last: driver.prepare(`SELECT number, mark, outcome_count FROM ${p} ORDER BY number DESC LIMIT 1`),
    add: driver.prepare(
      `INSERT OR REPLACE INTO ${p} (number, ids, before, mark, outcomes, outcome_count, outcome_checksum)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    prune: driver.prepare(`DELETE FROM ${p} WHERE number <= ?`),
    pruneSilent: driver.prepare(`DELETE FROM ${p} WHERE number <= ? AND outcomes IS NULL`),
  };
}
