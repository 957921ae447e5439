import type { EncodedAnswer, KeyedWork, WorkResult } from '../ports/effect-store.js';
import type { MaybePromise } from '../ports/operation-handler.js';
import { blocksOf, type Turn } from '../store/blocks.js';
import { isPromise } from '../store/is-promise.js';
import { idOf } from './key-id.js';
import type { KeyTable, StoredKey, UsedKey } from './key-table.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** What the works of a transaction run with. */
export interface WorkRunParts<Database extends SqliteDatabase> {
  readonly database: Database;
  readonly keys: KeyTable;
  readonly savepoint: () => void;
  readonly release: () => void;
  readonly undo: () => void;
  /** When the transaction began. */
  readonly now: number;
}

/**
 * The works of one transaction.
 *
 * Most works are applied. So a block of them shares a savepoint; where one is not applied, what the block wrote is
 * undone and its works run once more, each in a savepoint of its own.
 */
export class SqliteWorkRun<Database extends SqliteDatabase> {
  readonly #parts: WorkRunParts<Database>;

  constructor(parts: WorkRunParts<Database>) {
    this.#parts = parts;
  }

  /** One result for each. Throws where the database ended the transaction: then no work of it happened. */
  runAll(turns: readonly Turn<Database>[]): readonly WorkResult[] {
    return blocksOf(turns).flatMap((block) => this.#runBlock(block));
  }

  #runBlock(block: readonly Turn<Database>[]): readonly WorkResult[] {
    const { savepoint, release, undo } = this.#parts;
    if (block.length === 1) return this.#runCarefully(block);
    const before = [...new Set(block.map(({ held }) => held))].map((held) => [held, held.copy()] as const);
    savepoint();
    const results = this.#runQuickly(block);
    if (results !== undefined) {
      release();
      return results;
    }
    undo();
    release();
    for (const [held, copy] of before) held.resetTo(copy);
    return this.#runCarefully(block);
  }

  /** All of a block, or `undefined` where a work was not applied. */
  #runQuickly(block: readonly Turn<Database>[]): readonly WorkResult[] | undefined {
    const stored = this.#parts.keys.findAll(block.map(({ work }) => work));
    const set = block[0]?.work.set;
    if (set !== undefined && stored.size === 0) return this.#runAsSet(block, set);
    const results: WorkResult[] = [];
    const used: UsedKey[] = [];
    for (const { work, held } of block) {
      let result = held.holds(work) ? SKIPPED : repeatOf(work, stored);
      if (result === undefined) {
        result = this.#apply(work);
        if (result.kind !== 'applied') return undefined;
        used.push({ work, answer: result.answer });
        stored.set(idOf(work), { fingerprint: work.fingerprint, ...result.answer });
      }
      held.note(work, result);
      results.push(result);
    }
    this.#parts.keys.addAll(used, this.#parts.now);
    return results;
  }

  /** Works of which none is stored; `undefined` also where a key comes twice or a lane is held. */
  #runAsSet(
    block: readonly Turn<Database>[],
    set: NonNullable<KeyedWork<Database>['set']>,
  ): readonly WorkResult[] | undefined {
    const works = block.map(({ work }) => work);
    const isPlain = new Set(works.map(idOf)).size === works.length;
    if (!isPlain || block.some(({ work, held }) => held.holds(work))) return undefined;
    const effects = this.#attempt(() => synchronous(set.run(works, this.#parts.database)));
    if (!effects.ok || effects.value.length !== works.length) return undefined;
    if (effects.value.some(({ keep }) => !keep)) return undefined;
    const answers = effects.value.map(({ answer }) => answer);
    this.#parts.keys.addAll(
      works.map((work, index) => ({ work, answer: answers[index] as EncodedAnswer })),
      this.#parts.now,
    );
    return answers.map((answer) => ({ kind: 'applied', answer }));
  }

  #runCarefully(block: readonly Turn<Database>[]): readonly WorkResult[] {
    return block.map(({ work, held }) => {
      if (held.holds(work)) return SKIPPED;
      const stored = this.#parts.keys.findAll([work]);
      const result = repeatOf(work, stored) ?? this.#applyInSavepoint(work);
      held.note(work, result);
      return result;
    });
  }

  #applyInSavepoint(work: KeyedWork<Database>): WorkResult {
    const { keys, savepoint, release, undo, now } = this.#parts;
    savepoint();
    const result = this.#apply(work);
    if (result.kind === 'applied') keys.addAll([{ work, answer: result.answer }], now);
    else undo();
    release();
    return result;
  }

  #apply(work: KeyedWork<Database>): WorkResult {
    const effect = this.#attempt(() => synchronous(work.effect(this.#parts.database)));
    if (!effect.ok) return { kind: 'failed', error: effect.error };
    const { keep, answer } = effect.value;
    return { kind: keep ? 'applied' : 'refused', answer };
  }

  /** A full disk or a damaged file ends the whole transaction, which concerns everybody in it. */
  #attempt<T>(
    run: () => T,
  ): { readonly ok: true; readonly value: T } | { readonly ok: false; error: unknown } {
    try {
      return { ok: true, value: run() };
    } catch (error) {
      if (!this.#parts.database.inTransaction) throw error;
      return { ok: false, error };
    }
  }
}

type StoredKeys = Map<string, StoredKey>;

const SKIPPED: WorkResult = { kind: 'skipped' };

function repeatOf(work: KeyedWork<never>, stored: StoredKeys): WorkResult | undefined {
  const found = stored.get(idOf(work));
  if (found === undefined) return undefined;
  const { fingerprint, status, body } = found;
  return fingerprint === work.fingerprint
    ? { kind: 'repeated', answer: { status, body } }
    : { kind: 'reused' };
}

function synchronous<T>(result: MaybePromise<T>): T {
  if (isPromise(result)) {
    // Its outcome no longer matters: what it wrote until now is undone, and its own failure must not go unhandled.
    result.then(undefined, () => undefined);
    throw new TypeError(
      'On SQLite, current(), apply() and applyAll() must return values, not promises; do what takes time in prepare().',
    );
  }
  return result;
}
