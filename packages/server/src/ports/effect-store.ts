import type { MaybePromise } from './operation-handler.js';

/**
 * Keeps keys and answers in the database that the effects go to, so that both are committed or neither.
 *
 * It is all that a database must offer: a transaction, and a table with a unique (principal, key).
 */
export interface EffectStore<Tx> {
  /** Makes the store ready. Idempotent. */
  open(): Promise<void>;
  /**
   * Runs the works in order, in one transaction or in several, and each effect in one with its key. What it
   * says is durable when the promise resolves. When it rejects, some may have happened; repeating them is safe.
   *
   * For each work, in this order:
   * - a work of its lane before it, in this call, was not applied → `skipped`;
   * - another call is running its key, so that nobody knows yet → `running`;
   * - its key is stored with the same fingerprint → `repeated`, with the stored answer;
   * - its key is stored with another fingerprint → `reused`;
   * - else its effect runs. `keep` stores the answer with the key: `applied`. Otherwise what it wrote is undone:
   *   `refused`, or `failed` when it threw, or `busy` when the database had it wait for too long.
   *
   * A store may run works of several calls in one transaction, and an effect again: where the database says that a
   * transaction met another one and must begin again, and where another work of the same transaction was not applied
   * and what was written since is undone with it. Effects do nothing but write with what they are given.
   */
  run(works: readonly KeyedWork<Tx>[]): Promise<readonly WorkResult[]>;
  /**
   * Keys that are older than this moment, in milliseconds since the epoch, may have been forgotten: an operation under
   * one of them that is not stored is refused (410 `KEY_EXPIRED`), since it may have had its effect. Absent where keys
   * are kept for ever, or where what has been forgotten may be applied again.
   */
  rememberedSince?(): number;
  /** Forgets the keys whose time is over. @returns how many */
  forgetExpired(): Promise<number>;
}

export interface KeyedWork<Tx> {
  readonly principal: string;
  readonly key: string;
  /** Equal exactly for equal content. Short ASCII. */
  readonly fingerprint: string;
  /** Works of one lane depend on each other in order. */
  readonly lane?: string | undefined;
  readonly effect: (tx: Tx) => MaybePromise<EffectResult>;
  /** How works that follow each other and have the same set run as one. Absent: each by its own effect. */
  readonly set?: EffectSet<Tx> | undefined;
}

/** One effect for many works. */
export interface EffectSet<Tx> {
  /**
   * Runs the works' effects together.
   *
   * @returns a result for each, in order. Where one is not to be kept, or this throws, all that it wrote is undone
   * and each work runs by its own effect, so that the guilty one alone is not applied.
   */
  run(works: readonly KeyedWork<Tx>[], tx: Tx): MaybePromise<readonly EffectResult[]>;
}

export interface EffectResult {
  readonly keep: boolean;
  readonly answer: EncodedAnswer;
}

/** An answer as it goes over the wire. Stored, its bytes stay the same for every repeat. */
export interface EncodedAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** Seconds that the sender shall wait; never part of a stored answer. */
  readonly retryAfter?: number;
}

export type WorkResult =
  | { readonly kind: 'applied' | 'repeated' | 'refused'; readonly answer: EncodedAnswer }
  | { readonly kind: 'reused' | 'skipped' | 'running' | 'busy' }
  | { readonly kind: 'failed'; readonly error: unknown };
