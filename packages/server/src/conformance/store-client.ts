import type { EffectResult, EffectSet, EffectStore, KeyedWork, WorkResult } from '../ports/effect-store.js';
import type { MaybePromise } from '../ports/operation-handler.js';
import type { EffectStoreUnderTest } from './effect-store-harness.js';

/** What a work of a case does: leave its name, and then maybe refuse, throw or break a rule of the database. */
export interface PlannedWork {
  readonly key: string;
  /** @defaultValue the key */
  readonly name?: string;
  readonly principal?: string;
  readonly fingerprint?: string;
  readonly lane?: string;
  readonly end?: 'refuse' | 'throw' | 'break';
  /** Whether it may run as one with those beside it that say the same. */
  readonly set?: boolean;
}

/** Runs planned works on a store, and knows what they left. */
export class StoreClient<Tx> {
  static readonly keepKeysForMs = 10 * 24 * 3_600_000;
  readonly #opened: EffectStoreUnderTest<Tx>;
  /** The store's clock, to be moved. */
  readonly clock: { now: number };
  /** How often effects ran. */
  ran = 0;
  readonly #planned = new Map<KeyedWork<Tx>, PlannedWork>();
  /** Leaves the names of all its works, and ends as the first of them that does not end well. */
  readonly #set: EffectSet<Tx> = {
    run: (works, tx) => {
      const planned = works.flatMap((work) => this.#planned.get(work) ?? []);
      return planned.reduce<MaybePromise<EffectResult[]>>(
        (before, one) =>
          after(before, (results) => after(this.#effectOf(one, tx), (result) => [...results, result])),
        [],
      );
    },
  };

  constructor(opened: EffectStoreUnderTest<Tx>, clock: { now: number }) {
    this.#opened = opened;
    this.clock = clock;
  }

  run(...works: readonly PlannedWork[]): Promise<readonly WorkResult[]> {
    return this.runOn(this.#opened.store, works);
  }

  runOn(store: EffectStore<Tx>, works: readonly PlannedWork[]): Promise<readonly WorkResult[]> {
    return store.run(works.map((work) => this.#workOf(work)));
  }

  openAnother(): Promise<EffectStore<Tx>> {
    return this.#opened.openAnother();
  }

  forgetExpired(): Promise<number> {
    return this.#opened.store.forgetExpired();
  }

  /** Demands what the works came to, in their order. */
  async expectKinds(results: Promise<readonly WorkResult[]>, ...kinds: WorkResult['kind'][]): Promise<void> {
    const found = (await results).map(({ kind }) => kind);
    demandOfStore(String(found) === String(kinds), `says ${found.join(', ')} instead of ${kinds.join(', ')}`);
  }

  /** Demands which effects there are, in their order. */
  async expectNames(...names: string[]): Promise<void> {
    const found = await this.#opened.names();
    demandOfStore(
      JSON.stringify(found) === JSON.stringify(names),
      `has the effects ${JSON.stringify(found)} instead of ${JSON.stringify(names)}`,
    );
  }

  #workOf(planned: PlannedWork): KeyedWork<Tx> {
    const { key, principal = 'ann', fingerprint = 'content', lane, set } = planned;
    const effect = (tx: Tx): MaybePromise<EffectResult> => this.#effectOf(planned, tx);
    const work = { principal, key, fingerprint, lane, effect, ...(set === true && { set: this.#set }) };
    this.#planned.set(work, planned);
    return work;
  }

  /** Nothing is awaited that is not a promise, since there are databases on which an effect is synchronous. */
  #effectOf({ key, name = key, end }: PlannedWork, tx: Tx): MaybePromise<EffectResult> {
    this.ran++;
    return after(this.#opened.insert(tx, name), () => {
      if (end === 'throw') throw new Error('the effect is broken');
      return after(end === 'break' ? this.#opened.fail(tx) : undefined, () => ({
        keep: end !== 'refuse',
        answer: answerOf(name),
      }));
    });
  }
}

/** The answer that an effect gives, with characters that need more than a byte. */
export function answerOf(name: string): { status: number; body: string } {
  return { status: 200, body: JSON.stringify({ name, at: 'the fish stall, Kärntner Straße 🐟' }) };
}

function after<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Fails a case with a sentence that says what the store does wrong. */
export function demandOfStore(holds: boolean, wrong: string): void {
  if (!holds) throw new Error(`The store ${wrong}.`);
}
