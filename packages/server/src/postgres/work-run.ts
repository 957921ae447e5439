import type { EncodedAnswer, KeyedWork, WorkResult } from '../ports/effect-store.js';
import { blocksOf, type Turn } from '../store/blocks.js';
import type { Frames } from './framed.js';
import type { PostgresClient } from './postgres-database.js';
import { idOf, type Found, type UsedKey } from './postgres-keys.js';
import { isCollision, isUnavailable, sqlStateOf } from './sql-state.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** Opened before the first block; behind each block a new one takes its place. */
export const SAVEPOINT = 'SAVEPOINT cpc_work';
const NEXT_SAVEPOINT = ['RELEASE SAVEPOINT cpc_work', SAVEPOINT];
const UNDO = 'ROLLBACK TO SAVEPOINT cpc_work';

/** A work whose key and lane were asked for. */
export interface FoundTurn<Client> extends Turn<Client> {
  readonly found?: Found | undefined;
}

/**
 * The works of one transaction, whose keys are locked and looked up.
 *
 * Most works are applied. So a block of them runs without a savepoint for each; where one is not applied, what the
 * block wrote is undone and its works run once more, each in a savepoint of its own.
 */
export class WorkRun<Client extends PostgresClient> {
  readonly #client: Client;
  readonly #script: Frames<Client>['script'];
  #used = new Map<string, UsedKey>();

  constructor(client: Client, script: Frames<Client>['script']) {
    this.#client = client;
    this.#script = script;
  }

  /** What is to be stored before the commit. */
  get used(): readonly UsedKey[] {
    return [...this.#used.values()];
  }

  /**
   * Runs the only work of a transaction, without any savepoint: where it is not applied, the transaction is to be
   * rolled back. Rejects with what the database says where nothing can go on.
   */
  async runAlone(turn: FoundTurn<Client>): Promise<WorkResult> {
    return this.#resultWithout(turn) ?? this.#apply(turn.work);
  }

  /** Runs works behind an open {@link SAVEPOINT}. Rejects as {@link runAlone} does. */
  async runAll(turns: readonly FoundTurn<Client>[]): Promise<readonly WorkResult[]> {
    const results: WorkResult[] = [];
    const blocks = blocksOf(turns);
    for (const [index, block] of blocks.entries()) {
      results.push(...(await this.#runBlock(block, index === blocks.length - 1)));
    }
    return results;
  }

  async #runBlock(block: readonly FoundTurn<Client>[], isLast: boolean): Promise<readonly WorkResult[]> {
    const before = [...new Set(block.map(({ held }) => held))].map((held) => [held, held.copy()] as const);
    const used = new Map(this.#used);
    const results = await this.#runQuickly(block);
    // The commit notices what went wrong in the last block and was not told.
    if (results !== undefined && (isLast || (await this.#isSound()))) return results;
    await this.#client.query(UNDO);
    this.#used = used;
    for (const [held, copy] of before) held.resetTo(copy);
    return this.#runCarefully(block);
  }

  /** All of a block, or `undefined` where a work was not applied. */
  async #runQuickly(block: readonly FoundTurn<Client>[]): Promise<readonly WorkResult[] | undefined> {
    const set = block[0]?.work.set;
    if (set !== undefined && block.length > 1) return this.#runAsSet(block, set);
    const results: WorkResult[] = [];
    for (const turn of block) {
      let result = this.#resultWithout(turn);
      if (result === undefined) {
        result = await this.#apply(turn.work);
        if (result.kind !== 'applied') return undefined;
      }
      turn.held.note(turn.work, result);
      results.push(result);
    }
    return results;
  }

  async #runAsSet(
    block: readonly FoundTurn<Client>[],
    set: NonNullable<KeyedWork<Client>['set']>,
  ): Promise<readonly WorkResult[] | undefined> {
    const results = new Map<number, WorkResult>();
    const fresh = new Map<string, { readonly index: number; readonly work: KeyedWork<Client> }>();
    for (const [index, turn] of block.entries()) {
      const result = this.#resultWithout(turn);
      const id = idOf(turn.work);
      // A key twice: the second is answered with what the first comes to.
      if (result === undefined && fresh.has(id)) return undefined;
      if (result === undefined) {
        fresh.set(id, { index, work: turn.work });
      } else {
        turn.held.note(turn.work, result);
        results.set(index, result);
      }
    }
    const works = [...fresh.values()];
    if (works.length > 0) {
      const effects = await this.#effectsOf(() =>
        set.run(
          works.map(({ work }) => work),
          this.#client,
        ),
      );
      if (effects?.length !== works.length || effects.some(({ keep }) => !keep)) return undefined;
      works.forEach(({ index, work }, at) => {
        const { answer } = effects[at] as (typeof effects)[number];
        this.#used.set(idOf(work), { work, answer });
        results.set(index, { kind: 'applied', answer });
      });
    }
    return block.map((_, index) => results.get(index) as WorkResult);
  }

  async #effectsOf<T>(run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  async #runCarefully(block: readonly FoundTurn<Client>[]): Promise<readonly WorkResult[]> {
    const results: WorkResult[] = [];
    for (const turn of block) {
      const result = this.#resultWithout(turn) ?? (await this.#applyInSavepoint(turn.work));
      turn.held.note(turn.work, result);
      results.push(result);
    }
    return results;
  }

  async #applyInSavepoint(work: KeyedWork<Client>): Promise<WorkResult> {
    let result = await this.#apply(work);
    // Fails where a statement failed and the effect went on as if nothing had happened.
    if (result.kind === 'applied') result = await this.#closed(result);
    if (result.kind === 'applied') return result;
    this.#used.delete(idOf(work));
    await this.#client.query(UNDO);
    return result;
  }

  #closed(result: WorkResult): Promise<WorkResult> {
    return this.#script(this.#client, NEXT_SAVEPOINT).then(() => result, failed);
  }

  async #isSound(): Promise<boolean> {
    return (await this.#closed({ kind: 'skipped' })).kind === 'skipped';
  }

  async #apply(work: KeyedWork<Client>): Promise<WorkResult> {
    try {
      const { keep, answer } = await work.effect(this.#client);
      if (!keep) return { kind: 'refused', answer };
      this.#used.set(idOf(work), { work, answer });
      return { kind: 'applied', answer };
    } catch (error) {
      return failed(error);
    }
  }

  /** What a work comes to whose effect does not run. */
  #resultWithout({ work, held, found }: FoundTurn<Client>): WorkResult | undefined {
    if (held.holds(work)) return { kind: 'skipped' };
    if (found?.why === 'running' || found?.why === 'lane') return { kind: 'running' };
    if (found?.why === 'stored') return repeatOf(work, found.fingerprint, found);
    const used = this.#used.get(idOf(work));
    return used && repeatOf(work, used.work.fingerprint, used.answer);
  }
}

function repeatOf(work: KeyedWork<never>, fingerprint: string, { status, body }: EncodedAnswer): WorkResult {
  return fingerprint === work.fingerprint
    ? { kind: 'repeated', answer: { status, body } }
    : { kind: 'reused' };
}

/** What an error of an effect means for its work. Rethrows what concerns the whole transaction. */
function failed(error: unknown): WorkResult {
  if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return { kind: 'busy' };
  if (isCollision(error) || isUnavailable(error)) throw error;
  return { kind: 'failed', error };
}
