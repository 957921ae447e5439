import type { NewOutcome, OutcomePage, OutcomeQuery, OutcomeRecord, Principals } from '@cpc/sync-core';
import { purgedOutcome } from '@cpc/sync-core/storage-kit';
import type { SqliteDriver, SqlRow } from '../drivers/sqlite-driver.js';
import type { QueueTables } from '../schema/tables.js';
import { checksumOf } from './checksum.js';

const SEED = 0x0c7e;

/** How many rows are read at once on the way back to the outcome of an id. */
const ROWS_AT_ONCE = 20;

/** An outcome with the id that it is of. */
export type Told = readonly [id: string, outcome: NewOutcome];

/** What a row of the past holds besides ids, see `createFormat4`. */
export type OutcomeColumns = readonly [text: string | null, count: number, checksum: number | null];

/** The outcomes of one transaction, as its row of the past keeps them. */
export function outcomeColumns(before: number, told: readonly Told[]): OutcomeColumns {
  const count = before + told.length;
  if (told.length === 0) return [null, count, null];
  const text = JSON.stringify(told);
  return [text, count, checksumOf([text, count], SEED)];
}

/** Reads outcomes back. None of them is in memory: few are ever asked for. */
export class OutcomeRows {
  readonly #sql: ReturnType<typeof prepareOutcomes>;

  constructor(driver: SqliteDriver, tables: QueueTables) {
    this.#sql = prepareOutcomes(driver, tables);
  }

  /**
   * @param last - the sequence of the last outcome
   * @param end - the number of the last row
   */
  page({ after = 0, limit = 100 }: OutcomeQuery, last: number, end: number): OutcomePage {
    const items: OutcomeRecord[] = [];
    if (after >= last) return { items, last };
    let number = this.lastBefore(end, (_row, count) => count <= after);
    while (items.length < limit) {
      const [row] = this.#sql.after.all(number, 1);
      if (row === undefined) break;
      number = row[0] as number;
      items.push(...recordsOf(row).filter(({ sequence }) => sequence > after));
    }
    return { items: items.slice(0, limit), last };
  }

  /** The latest outcome of an id, looked for from the end. */
  latestOf(id: string): OutcomeRecord | undefined {
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = this.#sql.tellingOf.all(JSON.stringify(id), before, ROWS_AT_ONCE);
      for (const row of rows) {
        const found = recordsOf(row).findLast((record) => record.id === id);
        if (found !== undefined) return found;
        before = row[0] as number;
      }
      if (rows.length < ROWS_AT_ONCE) return undefined;
    }
  }

  /** Keeps no more of what was told of these principals' operations than that they ended. Reads all that is kept. */
  purge(principals: Principals): void {
    for (let number = 0; ;) {
      const rows = this.#sql.after.all(number, ROWS_AT_ONCE);
      for (const row of rows) {
        number = row[0] as number;
        this.#purgeRow(row, principals);
      }
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  #purgeRow(row: SqlRow, principals: Principals): void {
    const [number, text, count] = row;
    const told = toldIn(row);
    // Nobody can tell whose a damaged row is, and nobody will ever read it either.
    const kept = told?.map(([id, outcome]): Told => [
      id,
      principals.includes(outcome.principal) ? purgedOutcome(outcome) : outcome,
    ]);
    const keptText = kept === undefined ? null : JSON.stringify(kept);
    if (keptText === text) return;
    const checksum = keptText === null ? null : checksumOf([keptText, count as number], SEED);
    this.#sql.rewrite.run(keptText, checksum, number as number);
  }

  /**
   * The number of the last row that still lies within: both numbers only grow from row to row.
   *
   * @param end - the number of the last row there is
   * @param isWithin - told a row's number, and how many outcomes were kept up to and with it
   */
  lastBefore(end: number, isWithin: (number: number, count: number) => boolean): number {
    let within = 0;
    let beyond = end + 1;
    while (beyond - within > 1) {
      const middle = Math.floor((within + beyond) / 2);
      // The next row there is: numbers have gaps.
      const [number, count] = (this.#sql.countAt.get(middle) ?? [undefined]) as readonly (
        number | undefined
      )[];
      if (number !== undefined && isWithin(number, count ?? 0)) within = Math.max(number, middle);
      else beyond = middle;
    }
    return within;
  }
}

function recordsOf(row: SqlRow): readonly OutcomeRecord[] {
  // What a damaged row tells has happened all the same; only those who have not read it miss it.
  const told = toldIn(row) ?? [];
  const first = (row[2] as number) - told.length + 1;
  return told.map(([id, outcome], at) => ({ ...outcome, id, sequence: first + at }));
}

/** What a row tells; `undefined` where it is damaged. */
function toldIn([, text, count, checksum]: SqlRow): readonly Told[] | undefined {
  if (typeof text !== 'string' || checksumOf([text, count as number], SEED) !== checksum) return undefined;
  return JSON.parse(text) as readonly Told[];
}

function prepareOutcomes(driver: SqliteDriver, { past: p }: QueueTables) {
  const columns = 'number, outcomes, outcome_count, outcome_checksum';
  return {
    after: driver.prepare(
      `SELECT ${columns} FROM ${p} WHERE number > ? AND outcomes IS NOT NULL ORDER BY number LIMIT ? + 0`,
    ),
    tellingOf: driver.prepare(
      `SELECT ${columns} FROM ${p} WHERE instr(outcomes, ?) > 0 AND number < ? ORDER BY number DESC LIMIT ? + 0`,
    ),
    rewrite: driver.prepare(`UPDATE ${p} SET outcomes = ?, outcome_checksum = ? WHERE number = ?`),
    countAt: driver.prepare(
      `SELECT number, outcome_count FROM ${p} WHERE number >= ? ORDER BY number LIMIT 1`,
    ),
  };
}
