import type { OperationState } from '@cpc/sync-core';
import type { SqlRow, SqlValue } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import { stateOf } from './place.js';
import { ascending, failChecksum } from './damage.js';
import { placedFromRow } from './place-row.js';
import { isIntact } from './row-checksum.js';
import type { Statements } from './statements.js';

const SEED = 0x51a7;

/**
 * How many rows may be appended before the state is written again. Who reads it counts those behind its sequence, so
 * this is what one transaction may have to read; and one commit in so many writes a page more.
 */
const MAX_LAG = 100;

/** The numbers that an appended operation leaves as they are, unless it is more than a row. */
const STEADY = [
  'token',
  'dependencies',
  'references',
  'assignments',
  'past',
  'outcomes',
  'principal',
] as const;

interface StateData {
  sequence: number;
  token: number;
  dependencies: number;
  references: number;
  assignments: number;
  /** How many ids were remembered ever, and the mark of the last row of them. */
  past: number;
  /** How many outcomes were ever kept: the sequence of the last. */
  outcomes: number;
  pastMark: number;
  /** Who is signed in. */
  principal: string | null;
  byState: Record<OperationState, number>;
  byPriority: Record<string, number>;
}

/**
 * What a queue knows about itself in one small row: the last sequence and token given away, and its counts. It is
 * read at the beginning of a transaction and written at its end.
 *
 * The row may lag behind: operations whose sequence is larger than the row's were appended after it was written, and
 * nothing else happened since. Whoever reads it counts them in. So a commit that only appends writes no row but the
 * operation's own.
 */
export class QueueState {
  readonly data: StateData;
  #saved: string;
  /** The numbers as they are in the row. */
  #written: StateData;
  /** Rows behind the sequence that are not as they were written. */
  #damaged: readonly SqlRow[] = [];
  /** Whether the counts changed by anything but appended rows. */
  #isRecounted = false;

  private constructor(data: StateData, saved: string) {
    this.data = data;
    this.#saved = saved;
    this.#written = { ...data };
  }

  /**
   * @param known - the state after this connection's last transaction; taken where nobody changed it since
   * @returns `undefined` where the row is missing or damaged
   */
  static load(sql: Statements, known?: QueueState): QueueState | undefined {
    const row = sql.state.get();
    if (row === undefined) return undefined;
    const [text, checksum] = row;
    const state = known !== undefined && text === known.#saved ? known : QueueState.#read(text, checksum);
    if (state !== undefined) state.#catchUp(sql);
    return state;
  }

  static #read(text: SqlValue | undefined, checksum: SqlValue | undefined): QueueState | undefined {
    if (typeof text !== 'string' || checksumOf([text], SEED) !== checksum) return undefined;
    return new QueueState({ ...emptyState(), ...(JSON.parse(text) as Partial<StateData>) }, text);
  }

  static from(data: Partial<StateData> = {}): QueueState {
    return new QueueState({ ...emptyState(), ...data }, '');
  }

  get total(): number {
    const { waiting, scheduled, blocked, leased, parked, deadLetter } = this.data.byState;
    return waiting + scheduled + blocked + leased + parked + deadLetter;
  }

  /** Counts in what was appended since, here or elsewhere. A sequence is taken over once its row is checked. */
  #catchUp(sql: Statements): void {
    const rows = ascending(sql.after.all(this.data.sequence), this.data.sequence);
    this.#damaged = rows.filter((row) => !isIntact(row));
    for (const row of rows) {
      if (!isIntact(row)) continue;
      const { sequence, priority, place } = placedFromRow(row);
      this.added(stateOf(place), priority);
      this.data.sequence = sequence;
    }
  }

  /** Makes sure that everything behind the state's sequence could be counted in; throws {@link DamagedRows}. */
  checkTail(): void {
    const [first, ...others] = this.#damaged;
    if (first !== undefined) throw failChecksum(first, ...others);
  }

  added(state: OperationState, priority: number): void {
    this.data.byState[state]++;
    this.data.byPriority[priority] = (this.data.byPriority[priority] ?? 0) + 1;
  }

  removed(state: OperationState, priority: number): void {
    this.#isRecounted = true;
    this.data.byState[state]--;
    const left = (this.data.byPriority[priority] ?? 0) - 1;
    if (left > 0) this.data.byPriority[priority] = left;
    else Reflect.deleteProperty(this.data.byPriority, priority);
  }

  moved(from: OperationState, to: OperationState): void {
    this.#isRecounted = true;
    this.data.byState[from]--;
    this.data.byState[to]++;
  }

  /** Forgets all counts, which are made anew. */
  recount(): void {
    this.#isRecounted = true;
    Object.assign(this.data, { byState: emptyState().byState, byPriority: {} });
  }

  /** A copy to go back to, see {@link restore}. */
  snapshot(): StateData {
    return copyOf(this.data);
  }

  restore(snapshot: StateData): void {
    Object.assign(this.data, copyOf(snapshot));
  }

  /**
   * Writes the row, unless nothing changed.
   *
   * @param mayLag - whether it may be left as it is where rows were appended and nothing else changed
   */
  save(sql: Statements, mayLag: boolean): void {
    if (mayLag && this.#saved !== '' && this.#isAppendedTo()) return;
    const text = JSON.stringify(this.data);
    if (text !== this.#saved) sql.writeState.run(text, checksumOf([text], SEED));
    this.#saved = text;
    this.#written = { ...this.data };
    this.#isRecounted = false;
  }

  #isAppendedTo(): boolean {
    if (this.#isRecounted || this.data.sequence - this.#written.sequence >= MAX_LAG) return false;
    return STEADY.every((name) => this.data[name] === this.#written[name]);
  }
}

function copyOf(data: StateData): StateData {
  return { ...data, byState: { ...data.byState }, byPriority: { ...data.byPriority } };
}

function emptyState(): StateData {
  return {
    sequence: 0,
    token: 0,
    dependencies: 0,
    references: 0,
    assignments: 0,
    past: 0,
    outcomes: 0,
    pastMark: 0,
    principal: null,
    byState: { waiting: 0, scheduled: 0, blocked: 0, leased: 0, parked: 0, deadLetter: 0 },
    byPriority: {},
  };
}
