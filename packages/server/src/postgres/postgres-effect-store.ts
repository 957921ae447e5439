import type { EffectStore, KeyedWork, WorkResult } from '../ports/effect-store.js';
import { CallQueue, type Call } from '../store/call-queue.js';
import { HeldLanes } from '../store/held-lanes.js';
import { KeyMemory } from '../store/key-memory.js';
import { positiveInteger } from '../store/positive-integer.js';
import { KEEP_KEYS_FOR_MS } from '../store/store-defaults.js';
import { framesOf, type Frames } from './framed.js';
import type { PostgresClient, PostgresDatabase } from './postgres-database.js';
import { createTables, firstKeyAt, forgetKeys, keepStatement } from './postgres-keys.js';
import { isCollision, isUnavailable } from './sql-state.js';
import { NothingApplied, TransactionAttempt } from './transaction-attempt.js';

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
  /**
   * How many transactions run at once, each on a connection. Calls that come while so many run share the next ones.
   * Fewer than the pool has connections, so that some are left for the app.
   *
   * @defaultValue 8
   */
  readonly maxTransactions?: number;
  /** The most works in one transaction. Each holds up to two locks of the database while it runs. @defaultValue 100 */
  readonly maxWorksPerCommit?: number;
  /** Milliseconds since the epoch. @defaultValue the platform's clock */
  readonly now?: () => number;
}

/**
 * Effects and keys in a PostgreSQL database that any number of processes share.
 *
 * A transaction, on a connection of its own, where handlers may wait:
 * 1. lock the keys, without waiting: who does not get one is answered `running`;
 * 2. lock the entities, in one order for all, so that what `current` reads is still true when `apply` writes;
 * 3. look the keys up, in a statement of its own, which sees what the locks' last holders committed;
 * 4. run the effects;
 * 5. store the keys and commit.
 *
 * The first three are one function of the database, which goes there together with BEGIN, and the last goes together
 * with COMMIT: a call costs two round trips beside those of its effects. Calls that find `maxTransactions` running
 * share one; there nobody waits for an entity, and whose entity is not free goes on alone.
 */
export class PostgresEffectStore<Client extends PostgresClient> implements EffectStore<Client> {
  readonly #database: PostgresDatabase<Client>;
  readonly #frames: Frames<Client>;
  readonly #lockTimeoutMs: number;
  readonly #maxAttempts: number;
  readonly #maxWorks: number;
  readonly #memory: KeyMemory;
  readonly #calls: CallQueue<Client>;

  /** @throws RangeError where an option is not an integer of at least 1 */
  constructor(database: PostgresDatabase<Client>, options: PostgresEffectStoreOptions = {}) {
    this.#database = database;
    this.#frames = framesOf(database);
    this.#lockTimeoutMs = positiveInteger('lockTimeoutMs', options.lockTimeoutMs ?? 2_000);
    this.#maxAttempts = positiveInteger('maxAttempts', options.maxAttempts ?? 5);
    this.#maxWorks = positiveInteger('maxWorksPerCommit', options.maxWorksPerCommit ?? 100);
    const maxTransactions = positiveInteger('maxTransactions', options.maxTransactions ?? 8);
    const keepForMs = positiveInteger('keepKeysForMs', options.keepKeysForMs ?? KEEP_KEYS_FOR_MS);
    this.#memory = new KeyMemory({ keepForMs, now: options.now });
    this.#calls = new CallQueue({ maxTransactions, maxWorks: this.#maxWorks }, (calls) =>
      this.#runTogether(calls),
    );
  }

  async open(): Promise<void> {
    const now = this.#memory.now();
    const firstAt = await this.#database.transaction(async (client) => {
      await createTables(client);
      return firstKeyAt(client, now);
    });
    this.#memory.opened(firstAt);
  }

  async run(works: readonly KeyedWork<Client>[]): Promise<readonly WorkResult[]> {
    const held = new HeldLanes();
    if (works.length <= this.#maxWorks) return this.#calls.run({ works, held });
    const results: WorkResult[] = [];
    for (let begin = 0; begin < works.length; begin += this.#maxWorks) {
      const some = works.slice(begin, begin + this.#maxWorks);
      results.push(...(await this.#calls.run({ works: some, held })));
    }
    return results;
  }

  rememberedSince(): number {
    return this.#memory.since;
  }

  forgetExpired(): Promise<number> {
    return this.#database.transaction((client) => forgetKeys(client, this.#memory.forgetBeforeNow()));
  }

  async #runTogether(calls: readonly Call<Client>[]): Promise<readonly Promise<readonly WorkResult[]>[]> {
    const [first] = calls;
    if (calls.length === 1 && first !== undefined) return [this.#runCall(first)];
    const outcome = await this.#try(calls, { mayWait: false });
    if (outcome.kind === 'broken' && isUnavailable(outcome.error)) throw outcome.error;
    let before: Promise<unknown> = Promise.resolve();
    return calls.map((call, index) => {
      const results = outcome.kind === 'done' ? outcome.results[index] : undefined;
      if (results !== undefined) return Promise.resolve(results);
      const alone = before.then(() => this.#runCall(call));
      before = alone.catch(() => undefined);
      return alone;
    });
  }

  /** A call in a transaction of its own, as often as it collides with others. */
  async #runCall(call: Call<Client>): Promise<readonly WorkResult[]> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try([call], { mayWait: true });
      if (outcome.kind === 'done') return outcome.results[0] ?? [];
      if (outcome.kind === 'commit-refused' && call.works.length > 1) return this.#runSeparately(call);
      if (!isCollision(outcome.error) || attempt === this.#maxAttempts) throw outcome.error;
    }
  }

  /** A deferred constraint was broken, and only the commit noticed: it does not say by which of the works. */
  async #runSeparately({ works, held }: Call<Client>): Promise<readonly WorkResult[]> {
    const results: WorkResult[] = [];
    for (const work of works) {
      const [result] = held.holds(work)
        ? [{ kind: 'skipped' } as const]
        : await this.#runCall({ works: [work], held });
      results.push(result ?? { kind: 'skipped' });
    }
    return results;
  }

  async #try(calls: readonly Call<Client>[], options: { readonly mayWait: boolean }): Promise<Outcome> {
    const attempt = new TransactionAttempt(calls);
    try {
      const frame = { lockTimeoutMs: this.#lockTimeoutMs, ...options };
      await this.#frames.transaction(attempt.first(frame), (client, rows) =>
        attempt.run(client, rows, this.#frames.script, (used) =>
          keepStatement(used, this.#memory.now(), this.#memory.forgetBefore()),
        ),
      );
      return { kind: 'done', results: attempt.settle() };
    } catch (error) {
      if (error instanceof NothingApplied) return { kind: 'done', results: attempt.settle() };
      if (!attempt.isRefusedByCommit(error)) return { kind: 'broken', error };
      const isKnown = attempt.failAlone(error);
      return isKnown ? { kind: 'done', results: attempt.settle() } : { kind: 'commit-refused', error };
    }
  }
}

type Outcome =
  | { readonly kind: 'done'; readonly results: readonly (readonly WorkResult[] | undefined)[] }
  /** Nothing of it happened; each work is to run by itself. */
  | { readonly kind: 'commit-refused'; readonly error: unknown }
  | { readonly kind: 'broken'; readonly error: unknown };
