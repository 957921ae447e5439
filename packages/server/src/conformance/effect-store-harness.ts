import type { EffectStore } from '../ports/effect-store.js';
import type { MaybePromise } from '../ports/operation-handler.js';

/** What the suite has to know of a store: how to open one on an empty database. */
export type EffectStoreHarness<Tx> = (options: EffectStoreSettings) => Promise<EffectStoreUnderTest<Tx>>;

export interface EffectStoreSettings {
  readonly keepKeysForMs: number;
  /** The store's clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

export interface EffectStoreUnderTest<Tx> {
  /** Opened. */
  readonly store: EffectStore<Tx>;
  /** Another store, opened, on the same database, as another process has it. */
  openAnother(): Promise<EffectStore<Tx>>;
  /** The effect of the cases: a row with this name. */
  insert(tx: Tx, name: string): MaybePromise<void>;
  /** A statement that the database refuses: a constraint that is broken, a table that does not exist. */
  fail(tx: Tx): MaybePromise<void>;
  /** The names of all rows, in the order of their insertion. */
  names(): Promise<readonly string[]>;
  close(): Promise<void>;
}
