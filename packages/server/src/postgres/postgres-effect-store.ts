import type { EffectStore, KeyedWork, WorkResult } from '../ports/effect-store.js';
import { HeldLanes } from '../store/held-lanes.js';
import { positiveInteger } from '../store/positive-integer.js';
import { KEEP_KEYS_FOR_MS, platformNow } from '../store/store-defaults.js';
import type { PostgresClient, PostgresDatabase } from './postgres-database.js';
import { addKeys, createTables, findKeys, forgetKeys, lockLanes, tryKeys } from './postgres-keys.js';
import { isCollision, isIntegrityViolation } from './sql-state.js';
import { WorkRun } from './work-run.js';

export interface PostgresEffectStoreOptions {
  /**
   * How long a key and its answer are kept, in milliseconds. A sender that was cut off before the answer and
   * comes back later than this has its operation applied a second time, so it should be longer than any device
   * stays away.
   *
   * @defaultValue 90 days
   */
  readonly keepKeysForMs?: number;
  /**
   * How long a transaction waits for a lock that another one holds, in milliseconds. An operation that waited so
   * long is answered with 503 and comes again.
   *
   * @defaultValue 2_000
   */
  readonly lockTimeoutMs?: number;
  /** How often a transaction begins that meets others: serialization failures, deadlocks. @defaultValue 5 */
  readonly maxAttempts?: number;
  /** The most works in one transaction. Each holds up to two locks of the database while it runs. @defaultValue 100 */
  readonly maxWorksPerCommit?: number;
  /** Milliseconds since the epoch. @defaultValue the platform's clock */
  readonly now?: () => number;
}

/**
 * Effects and keys in a PostgreSQL database that any number of processes share.
 *
 * One transaction per call, on a connection of its own, where handlers may wait:
 * 1. lock the keys, without waiting: who does not get one is answered `running`;
 * 2. lock the entities, in one order for all, so that what `current` reads is still true when `apply` writes;
 * 3. look the keys up, in a statement of its own, which sees what the locks' last holders committed;
 * 4. run the effects, each in a savepoint;
 * 5. store the keys and commit.
 */
export class PostgresEffectStore<Client extends PostgresClient> implements EffectStore<Client> {
  readonly #database: PostgresDatabase<Client>;
  readonly #keepKeysForMs: number;
  readonly #lockTimeoutMs: number;
  readonly #maxAttempts: number;
  readonly #maxWorks: number;
  readonly #now: () => number;

  /** @throws RangeError where an option is not an integer of at least 1 */
  constructor(database: PostgresDatabase<Client>, options: PostgresEffectStoreOptions = {}) {
    this.#database = database;
    this.#keepKeysForMs = positiveInteger('keepKeysForMs', options.keepKeysForMs ?? KEEP_KEYS_FOR_MS);
    this.#lockTimeoutMs = positiveInteger('lockTimeoutMs', options.lockTimeoutMs ?? 2_000);
    this.#maxAttempts = positiveInteger('maxAttempts', options.maxAttempts ?? 5);
    this.#maxWorks = positiveInteger('maxWorksPerCommit', options.maxWorksPerCommit ?? 100);
    this.#now = options.now ?? platformNow;
  }

  open(): Promise<void> {
    return this.#database.transaction(createTables);
  }

  async run(works: readonly KeyedWork<Client>[]): Promise<readonly WorkResult[]> {
    const held = new HeldLanes();
    const results: WorkResult[] = [];
    for (let begin = 0; begin < works.length; begin += this.#maxWorks) {
      results.push(...(await this.#runSome(works.slice(begin, begin + this.#maxWorks), held)));
    }
    return results;
  }

  forgetExpired(): Promise<number> {
    return this.#database.transaction((client) => forgetKeys(client, this.#forgetBefore()));
  }

  #forgetBefore(): number {
    return this.#now() - this.#keepKeysForMs;
  }

  async #runSome(works: readonly KeyedWork<Client>[], held: HeldLanes): Promise<readonly WorkResult[]> {
    for (let attempt = 1; ; attempt++) {
      const lanes = held.copy();
      const outcome = await this.#tryAll(works, lanes);
      if (outcome.kind === 'done') {
        works.forEach((work, index) => held.note(work, outcome.results[index] ?? { kind: 'skipped' }));
        return outcome.results;
      }
      if (outcome.kind === 'commit-refused' && works.length > 1) return this.#runSeparately(works, held);
      if (!isCollision(outcome.error) || attempt === this.#maxAttempts) throw outcome.error;
    }
  }

  /** A deferred constraint was broken, and only the commit noticed: it does not say by which of the works. */
  async #runSeparately(works: readonly KeyedWork<Client>[], held: HeldLanes): Promise<readonly WorkResult[]> {
    const results: WorkResult[] = [];
    for (const work of works) results.push(...(await this.#runSome([work], held)));
    return results;
  }

  async #tryAll(works: readonly KeyedWork<Client>[], held: HeldLanes): Promise<Outcome> {
    const progress: { stage: 'works' | 'commit' } = { stage: 'works' };
    try {
      const results = await this.#database.transaction(async (client) => {
        const found = await this.#runIn(client, works, held);
        progress.stage = 'commit';
        return found;
      });
      return { kind: 'done', results };
    } catch (error) {
      const isRefused = progress.stage === 'commit' && isIntegrityViolation(error) && !isCollision(error);
      if (isRefused && works.length === 1) return { kind: 'done', results: [{ kind: 'failed', error }] };
      return { kind: isRefused ? 'commit-refused' : 'broken', error };
    }
  }

  async #runIn(
    client: Client,
    works: readonly KeyedWork<Client>[],
    held: HeldLanes,
  ): Promise<readonly WorkResult[]> {
    const free = await tryKeys(client, works, this.#lockTimeoutMs);
    const mine = works.filter((_, index) => free[index]);
    await lockLanes(
      client,
      mine.flatMap(({ lane }) => (lane === undefined ? [] : [lane])),
    );
    const run = new WorkRun(client, await findKeys(client, mine));
    const results: WorkResult[] = [];
    for (const [index, work] of works.entries()) {
      const result: WorkResult = held.holds(work)
        ? { kind: 'skipped' }
        : free[index]
          ? await run.apply(work)
          : { kind: 'running' };
      held.note(work, result);
      results.push(result);
    }
    if (run.used.length > 0) await addKeys(client, run.used, this.#now(), this.#forgetBefore());
    return results;
  }
}

type Outcome =
  | { readonly kind: 'done'; readonly results: readonly WorkResult[] }
  /** Everything ran, and the commit itself found a rule broken: nothing of it happened. */
  | { readonly kind: 'commit-refused'; readonly error: unknown }
  | { readonly kind: 'broken'; readonly error: unknown };
