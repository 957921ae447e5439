import {
  isSyncError,
  type NewOperation,
  type NewOutcome,
  type OperationState,
  type OutcomePage,
  type OutcomeQuery,
  type OutcomeRecord,
  type Principals,
  type QuarantinedRecord,
  type StoredOperation,
} from '@cpc/sync-core';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { type Fate, type KnownIds, type Past, type Progress } from '@cpc/sync-core/storage-kit';
import { assignedTo, damagedAssignments } from './assignments.js';
import { isInLane, type Lane, laneIn } from './lane.js';
import { DamagedIndex, DamagedRows, failChecksum } from './damage.js';
import { LeaseBook } from './lease-book.js';
import { readLog, recordTexts } from './attempt-log.js';
import type { RecordTexts } from './columns.js';
import { operationOf, sealedValues, storedOf } from './operation-row.js';
import { type Place, type Placed, progressOf, reached, stateOf } from './place.js';
import { placedFromRow, placedOf, placeValues } from './place-row.js';
import { isPlain, PLAIN, plainValues, rowOfPlain } from './plain-row.js';
import { isIntact, partChecksum } from './row-checksum.js';
import { runsOf } from './runs.js';
import type { Told } from './outcome-rows.js';
import type { PastBook } from './past-book.js';
import type { PayloadSeal } from './payload-seal.js';
import type { QueueState } from './queue-state.js';
import { TAIL, valueAt, WHOLE } from './selection.js';
import type { Statements } from './statements.js';

/** An operation by both of its names: whoever read it knows them. */
type Named = Pick<Placed, 'id' | 'sequence'>;

/**
 * One transaction on a queue while it runs: its rows, its leases and its counts. It keeps the counts in step
 * with every change of a row, so that nothing ever needs to be counted.
 */
export class QueueTransaction implements KnownIds {
  readonly sql: Statements;
  readonly state: QueueState;
  readonly seal: PayloadSeal;
  /** Records that this transaction put into quarantine. */
  readonly quarantined: QuarantinedRecord[] = [];

  readonly #book: PastBook | undefined;
  #leases: LeaseBook | undefined;
  #past: Past | undefined;
  /** What became of ids in this transaction. */
  #fates: Map<string, Fate> | undefined;
  readonly #told: Told[] = [];

  /** @param book - what the connection knows of ids that left; absent where nothing is ever enqueued */
  constructor(sql: Statements, state: QueueState, seal: PayloadSeal, book?: PastBook) {
    this.sql = sql;
    this.state = state;
    this.seal = seal;
    this.#book = book;
  }

  get leases(): LeaseBook {
    return (this.#leases ??= new LeaseBook(this.sql));
  }

  sequenceOf(id: string): number | undefined {
    return this.sql.sequenceOf.get(id)?.[0] as number | undefined;
  }

  isPresent(id: string): boolean {
    return this.sequenceOf(id) !== undefined;
  }

  fateOf(id: string): Fate | undefined {
    const fate = this.#fates?.get(id);
    if (fate !== undefined) return fate;
    this.#past ??= this.#book?.upTo(this.state.data);
    return this.#past?.fateOf(id);
  }

  permanentIdOf(temporaryId: string): string | undefined {
    if (this.state.data.assignments === 0) return undefined;
    return assignedTo(this.sql, temporaryId);
  }

  /** After damage: its record lies in quarantine, or it was delivered and one of the permanent ids cannot be read. */
  isLost(id: string): boolean {
    if (this.isPresent(id)) return false;
    const fate = this.fateOf(id);
    if (fate === undefined) return this.sql.isIdQuarantined.get(id) !== undefined;
    return fate === null && this.state.data.assignments > 0 && damagedAssignments(this.sql) > 0;
  }

  /** Remembers what became of an id, see {@link Fate}. */
  leave(id: string, fate: Fate): void {
    this.#fates ??= new Map();
    this.#fates.set(id, fate);
  }

  /** Keeps an outcome, in the order of the calls. */
  tell(id: string, outcome: NewOutcome): void {
    this.#told.push([id, outcome]);
  }

  outcomes(query: OutcomeQuery): OutcomePage {
    return this.#book?.outcomes(query, this.state.data) ?? { items: [], last: 0 };
  }

  outcomeOf(id: string): OutcomeRecord | undefined {
    const isKnown = this.isPresent(id) || this.fateOf(id) !== undefined;
    return isKnown ? this.#book?.outcomeOf(id) : undefined;
  }

  /** Keeps no more of what was told of these principals' operations before than that they ended. */
  purgeOutcomes(principals: Principals): void {
    this.#book?.purge(principals);
  }

  /** What a part of the transaction may change besides rows. @returns the way back */
  checkpoint(): () => void {
    const state = this.state.snapshot();
    const fates = this.#fates && new Map(this.#fates);
    const told = this.#told.length;
    return () => {
      this.state.restore(state);
      this.#fates = fates;
      this.#told.length = told;
    };
  }

  placed(sequence: number): Placed | undefined {
    const row = this.sql.placed.get(sequence);
    return row && placedOf(row);
  }

  placedById(id: string): Placed | undefined {
    const sequence = this.sequenceOf(id);
    return sequence === undefined ? undefined : this.placed(sequence);
  }

  isLeased(sequence: number): boolean {
    return this.state.data.byState.leased > 0 && this.leases.leaseOn(sequence) !== undefined;
  }

  /** What is being sent of a lane, but for one of them. */
  leasedBeside(lane: Lane, sequence: number): readonly string[] {
    if (this.state.data.byState.leased === 0) return [];
    return Array.from(this.leases.inLane(lane)).flatMap((item) =>
      item.sequence === sequence ? [] : [item.id],
    );
  }

  stateOf({ sequence, place }: Placed): OperationState {
    return this.isLeased(sequence) ? 'leased' : stateOf(place);
  }

  /** Whether it may have been sent, which is so from a claim on. */
  isAttempted({ sequence, place }: Placed): boolean {
    return place.attempted || this.isLeased(sequence);
  }

  /** The first of a lane. */
  laneHead(lane: Lane): Placed | undefined {
    return member(lane, this.sql.laneHead.get(lane.entity, lane.principal));
  }

  /** The last of a lane: its sequence and its weight. */
  laneTail(lane: Lane): { readonly sequence: number; readonly weight: number } | undefined {
    const row = this.sql.laneTail.get(lane.entity, lane.principal);
    if (row === undefined) return undefined;
    const tail = { entity: valueAt(row, TAIL.at.entity), principal: valueAt(row, TAIL.at.principal) };
    if (!isInLane(tail, lane)) throw new DamagedIndex();
    return { sequence: valueAt(row, TAIL.at.sequence), weight: valueAt(row, TAIL.at.weight) };
  }

  /** The one in front of a sequence in a lane. */
  laneBefore(lane: Lane, sequence: number): Placed | undefined {
    return member(lane, this.sql.laneBefore.get(lane.entity, lane.principal, sequence));
  }

  /** The one behind a sequence in a lane. */
  laneAfter(lane: Lane, sequence: number): Placed | undefined {
    return member(lane, this.sql.laneAfter.get(lane.entity, lane.principal, sequence));
  }

  /**
   * Makes sure that an operation may come to the head of its lane: the one ahead of it is gone. Otherwise the
   * lane's index has lost entries, and going on would break the order.
   */
  checkAhead(placed: Placed): void {
    const lane = laneIn(placed);
    const { ahead } = placed.place;
    if (lane === undefined || ahead === null) return;
    const [entity, principal] = (this.sql.laneOf.get(ahead) ?? []) as (string | null)[];
    if (isInLane({ entity, principal }, lane)) throw new DamagedIndex();
  }

  /** The whole row, checked; throws {@link DamagedRows}. */
  row(sequence: number): SqlRow | undefined {
    const row = this.sql.row.get(sequence);
    return row && this.checked(row);
  }

  /**
   * An operation to which an index led, once its whole row is checked and says the same as the index.
   *
   * @throws DamagedRows where the row is not as it was written; DamagedIndex where it does not say the same
   */
  verified(sequence: number, agrees: (placed: Placed) => boolean): Placed {
    const row = this.row(sequence);
    const placed = row && placedFromRow(row);
    if (placed === undefined || !agrees(placed)) throw new DamagedIndex();
    return placed;
  }

  rowById(id: string): SqlRow | undefined {
    const sequence = this.sequenceOf(id);
    return sequence === undefined ? undefined : this.row(sequence);
  }

  /** Whole rows by their sequences, unchecked. Neighbours are read together. */
  rows(sequences: readonly number[]): ReadonlyMap<number, SqlRow> {
    const rows = new Map<number, SqlRow>();
    for (const [first, last] of runsOf(sequences)) {
      for (const found of this.sql.plainRun.all(first, last)) {
        const sequence = valueAt(found, PLAIN.at.sequence);
        // Behind the columns stands whether they are all that the row uses.
        const isPlainRow = found[PLAIN.names.length] === 1;
        const row = isPlainRow ? rowOfPlain(found) : this.sql.row.get(sequence);
        if (row !== undefined) rows.set(sequence, row);
      }
    }
    return rows;
  }

  /** Adds a row. @returns false where its id is in the queue already */
  add(row: SqlRow): boolean {
    const { insert, insertPlain } = this.sql;
    return (isPlain(row) ? insertPlain.run(...plainValues(row)) : insert.run(...row)) === 1;
  }

  /** The row itself, where it is as it was written; throws {@link DamagedRows}. */
  checked(row: SqlRow): SqlRow {
    if (isIntact(row)) return row;
    throw failChecksum(row);
  }

  /** Says which rows' contents will be read, so that a payload codec decodes them all in one go. */
  expect(rows: readonly SqlRow[]): void {
    if (!this.seal.isPlain) this.seal.expect(rows.flatMap(sealedValues));
  }

  /** What the app gave; throws {@link DamagedRows} where the payload's codec finds damage. */
  operation(row: SqlRow): NewOperation {
    return damagedBy(row, () => operationOf(row, this.seal));
  }

  /** The operation as the port shows it; throws {@link DamagedRows} as well. */
  stored(row: SqlRow): StoredOperation {
    const sequence = valueAt(row, WHOLE.at.sequence);
    const lease = this.state.data.byState.leased > 0 ? this.leases.leaseOn(sequence) : undefined;
    return damagedBy(row, () => storedOf(row, lease, this.seal));
  }

  /**
   * Takes a row out.
   *
   * @returns false where there is none
   */
  removeRow(row: Named): boolean {
    if (this.sql.remove.run(row.sequence) > 0) return true;
    this.checkGone(row);
    return false;
  }

  /**
   * Makes sure that a row that no key leads to is gone.
   *
   * @throws DamagedIndex where the ids still know it: going on would leave it behind, to be met and sent again
   */
  checkGone({ id, sequence }: Named): void {
    if (this.sequenceOf(id) === sequence) throw new DamagedIndex();
  }

  /** Ends the lease on an operation. @returns it, if it is still there */
  release(sequence: number): Placed | undefined {
    const placed = this.placed(sequence);
    this.leases.release(sequence);
    if (placed !== undefined) this.state.moved('leased', stateOf(placed.place));
    return placed;
  }

  /** Writes another place. */
  move(before: Placed, change: Partial<Place>): Placed {
    const place = { ...before.place, ...change };
    const values = placeValues(before, place);
    this.sql.updatePlace.run(...values, before.sequence);
    this.#recount(before, place);
    return { ...before, place, checksum: values[values.length - 1] as number };
  }

  /** Writes how far an operation came; nothing where that is as it was. */
  progress(before: Placed, change: (progress: Progress) => Progress): Placed {
    const found = (this.sql.log.get(before.sequence) ?? [null, null]) as RecordTexts;
    const progress = change(progressOf(before.place, readLog(found)));
    const log = recordTexts({ history: progress.history, failure: progress.failure });
    const place = { ...before.place, ...reached(progress) };
    if (isSamePlace(place, before.place) && log[0] === found[0] && log[1] === found[1]) return before;
    const values = [...placeValues(before, place)];
    const checksum = (values.pop() as number) ^ partChecksum('record', found) ^ partChecksum('record', log);
    const changed = this.sql.updateProgress.run(...values, checksum, ...log, before.sequence);
    if (changed === 0) throw new DamagedIndex();
    this.#recount(before, place);
    return { ...before, place, checksum };
  }

  /** Writes what is kept until the end; `mayLag` as for {@link QueueState.save}. */
  save(mayLag: boolean): void {
    this.#leases?.save();
    if (this.#book !== undefined && (this.#fates !== undefined || this.#told.length > 0))
      Object.assign(
        this.state.data,
        this.#book.append(this.state.data, this.#fates ?? new Map(), this.#told),
      );
    this.state.save(this.sql, mayLag);
  }

  #recount(before: Placed, place: Place): void {
    const [from, to] = [stateOf(before.place), stateOf(place)];
    if (from !== to && !this.isLeased(before.sequence)) this.state.moved(from, to);
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.attempts === b.attempts &&
    a.attempted === b.attempted &&
    a.hold === b.hold &&
    a.dueAt === b.dueAt &&
    a.delayMs === b.delayMs
  );
}

/** SQLite trusts its index; the row tells whether it belongs to the lane. */
function member(lane: Lane, row: SqlRow | undefined): Placed | undefined {
  if (row === undefined) return undefined;
  const placed = placedOf(row);
  if (!isInLane(placed, lane)) throw new DamagedIndex();
  return placed;
}

function damagedBy<T>(row: SqlRow, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSyncError(error, 'STORAGE_DAMAGED')) throw error;
    const reason = { code: error.code, message: error.message };
    throw new DamagedRows({ sequence: valueAt(row, WHOLE.at.sequence), reason });
  }
}
