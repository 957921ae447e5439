import type { WorkResult } from '../ports/effect-store.js';
import type { Call } from '../store/call-queue.js';
import type { HeldLanes } from '../store/held-lanes.js';
import type { Frames } from './framed.js';
import type { Framed, PostgresClient } from './postgres-database.js';
import { foundIn, takeStatement, type UsedKey } from './postgres-keys.js';
import { isCollision, isIntegrityViolation, sqlStateOf } from './sql-state.js';
import { SAVEPOINT, WorkRun, type FoundTurn } from './work-run.js';

/** Rolls a transaction back whose only work was not applied. */
export class NothingApplied extends Error {}

/** What PostgreSQL says of every statement behind one that failed. */
const TRANSACTION_ABORTED = '25P02';

interface Part<Client> {
  readonly call: Call<Client>;
  /** A copy, so that an attempt that fails leaves no trace. */
  readonly held: HeldLanes;
  /** Absent until they are known; and where a lane was not free, for which this transaction does not wait. */
  results?: readonly WorkResult[];
}

/** One attempt to run calls in one transaction. */
export class TransactionAttempt<Client extends PostgresClient> {
  readonly #parts: readonly Part<Client>[];
  readonly #count: number;
  #isCommitting = false;

  constructor(calls: readonly Call<Client>[]) {
    this.#parts = calls.map((call) => ({ call, held: call.held.copy() }));
    this.#count = calls.reduce((sum, { works }) => sum + works.length, 0);
  }

  /** What the transaction begins with. */
  first(options: { readonly lockTimeoutMs: number; readonly mayWait: boolean }): readonly string[] {
    const works = this.#parts.flatMap(({ call }) => call.works);
    const take = takeStatement(works, options);
    return this.#count > 1 ? [take, SAVEPOINT] : [take];
  }

  /** @param keep - what stores keys */
  async run(
    client: Client,
    rows: readonly unknown[],
    script: Frames<Client>['script'],
    keep: (used: readonly UsedKey[]) => string,
  ): Promise<Framed<void>> {
    const going = this.#turnsOf(rows);
    const turns = going.flatMap(({ turns }) => turns);
    const run = new WorkRun(client, script);
    const results = await this.#resultsOf(run, turns);
    let next = 0;
    for (const { part } of going) {
      part.results = results.slice(next, next + part.call.works.length);
      next += part.call.works.length;
    }
    this.#isCommitting = true;
    return { value: undefined, last: run.used.length > 0 ? keep(run.used) : undefined };
  }

  /** Tells the calls which lanes are held now. @returns the results of each; `undefined` where it is to run alone */
  settle(): readonly (readonly WorkResult[] | undefined)[] {
    return this.#parts.map(({ call, held, results }) => {
      if (results !== undefined) call.held.resetTo(held);
      return results;
    });
  }

  /**
   * Whether everything ran, and then what stores the keys or the commit itself found a rule broken: nothing of it
   * happened. It does not say by which of the works.
   */
  isRefusedByCommit(error: unknown): boolean {
    const isRule = isIntegrityViolation(error) || sqlStateOf(error) === TRANSACTION_ABORTED;
    return this.#isCommitting && isRule && !isCollision(error);
  }

  /** Makes the error the result of the work, where it is the only one. @returns whether it is */
  failAlone(error: unknown): boolean {
    const [part] = this.#parts;
    const work = part?.call.works[0];
    if (part === undefined || work === undefined || this.#count > 1) return false;
    const result: WorkResult = { kind: 'failed', error };
    part.held.note(work, result);
    part.results = [result];
    return true;
  }

  async #resultsOf(
    run: WorkRun<Client>,
    turns: readonly FoundTurn<Client>[],
  ): Promise<readonly WorkResult[]> {
    const [only] = turns;
    if (this.#count > 1 || only === undefined) return run.runAll(turns);
    const result = await run.runAlone(only);
    only.held.note(only.work, result);
    if (result.kind !== 'refused' && result.kind !== 'failed' && result.kind !== 'busy') return [result];
    const [part] = this.#parts;
    if (part !== undefined) part.results = [result];
    throw new NothingApplied('The only work of the transaction was not applied');
  }

  /** The parts that run, those whose lanes are free, with what was found of their works. */
  #turnsOf(
    rows: readonly unknown[],
  ): readonly { readonly part: Part<Client>; readonly turns: readonly FoundTurn<Client>[] }[] {
    const found = foundIn(rows);
    let place = 0;
    return this.#parts.flatMap((part) => {
      const turns = part.call.works.map((work) => ({ work, held: part.held, found: found.get(place++) }));
      return turns.some((turn) => turn.found?.why === 'lane') ? [] : [{ part, turns }];
    });
  }
}
