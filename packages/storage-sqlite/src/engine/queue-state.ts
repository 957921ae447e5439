import type { OperationState } from '@cpc/sync-core';
import { checksumOf } from './checksum.js';
import type { Statements } from './statements.js';

const SEED = 0x51a7;

interface StateData {
  sequence: number;
  token: number;
  dependencies: number;
  references: number;
  assignments: number;
  /** How many ids were remembered ever, and the mark of the last row of them. */
  past: number;
  pastMark: number;
  byState: Record<OperationState, number>;
  byPriority: Record<string, number>;
}

/**
 * What a queue knows about itself in one small row: the last sequence and token given away, and its counts. It is
 * read at the beginning of a transaction and written at its end.
 */
export class QueueState {
  readonly data: StateData;
  #saved: string;

  private constructor(data: StateData, saved: string) {
    this.data = data;
    this.#saved = saved;
  }

  /**
   * @param known - the state after this connection's last transaction; taken where nobody changed it since
   * @returns `undefined` where the row is missing or damaged
   */
  static load(sql: Statements, known?: QueueState): QueueState | undefined {
    const row = sql.state.get();
    if (row === undefined) return undefined;
    const [text, checksum] = row;
    if (known !== undefined && text === known.#saved) return known;
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

  added(state: OperationState, priority: number): void {
    this.data.byState[state]++;
    this.data.byPriority[priority] = (this.data.byPriority[priority] ?? 0) + 1;
  }

  removed(state: OperationState, priority: number): void {
    this.data.byState[state]--;
    const left = (this.data.byPriority[priority] ?? 0) - 1;
    if (left > 0) this.data.byPriority[priority] = left;
    else Reflect.deleteProperty(this.data.byPriority, priority);
  }

  moved(from: OperationState, to: OperationState): void {
    this.data.byState[from]--;
    this.data.byState[to]++;
  }

  /** A copy to go back to, see {@link restore}. */
  snapshot(): StateData {
    return copyOf(this.data);
  }

  restore(snapshot: StateData): void {
    Object.assign(this.data, copyOf(snapshot));
  }

  /** Writes the row, unless nothing changed. */
  save(sql: Statements): void {
    const text = JSON.stringify(this.data);
    if (text === this.#saved) return;
    sql.writeState.run(text, checksumOf([text], SEED));
    this.#saved = text;
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
    pastMark: 0,
    byState: { waiting: 0, scheduled: 0, blocked: 0, leased: 0, parked: 0, deadLetter: 0 },
    byPriority: {},
  };
}
