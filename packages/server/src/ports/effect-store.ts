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
   * Runs the works in order, in one transaction, which is durable when the promise resolves. When it rejects,
   * none of them happened, or the fault was in the very commit; repeating them is safe either way.
   *
   * For each work, in this order:
   * - a work of its lane before it, in this call, was not applied → `skipped`;
   * - its key is stored with the same fingerprint → `repeated`, with the stored answer;
   * - its key is stored with another fingerprint → `reused`;
   * - else its effect runs. `keep` stores the answer with the key: `applied`. Otherwise what it wrote is undone:
   *   `refused`, or `failed` when it threw.
   */
  run(works: readonly KeyedWork<Tx>[]): Promise<readonly WorkResult[]>;
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
  | { readonly kind: 'reused' | 'skipped' }
  | { readonly kind: 'failed'; readonly error: unknown };
