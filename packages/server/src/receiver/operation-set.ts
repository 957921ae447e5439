import { encodeAnswer } from '../answer/encode-answer.js';
import type { EffectResult, EffectSet, KeyedWork } from '../ports/effect-store.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import { chain } from '../store/chain.js';

type ApplyAll<Tx> = NonNullable<OperationHandler<Tx>['applyAll']>;

/** Runs works of one kind through the handler's `applyAll`. */
export class OperationSet<Tx> implements EffectSet<Tx> {
  readonly #applyAll: ApplyAll<Tx>;
  readonly #onError: (error: unknown) => void;
  readonly #operations = new WeakMap<KeyedWork<Tx>, ReceivedOperation>();

  /** @param onError - told where `applyAll` does not keep its contract, since the operations are applied all the same */
  constructor(applyAll: ApplyAll<Tx>, onError: (error: unknown) => void) {
    this.#applyAll = applyAll;
    this.#onError = onError;
  }

  /** Whose work it is; needed before it runs. */
  note(work: KeyedWork<Tx>, operation: ReceivedOperation): void {
    this.#operations.set(work, operation);
  }

  run(works: readonly KeyedWork<Tx>[], tx: Tx): MaybePromise<readonly EffectResult[]> {
    const operations = works.flatMap((work) => this.#operations.get(work) ?? []);
    return chain(this.#applyAll(operations, tx), (answers) => {
      if (answers.length !== operations.length) {
        const error = new TypeError(
          `applyAll gave ${answers.length} answers to ${operations.length} operations; each goes through apply`,
        );
        this.#onError(error);
        throw error;
      }
      return operations.map(({ key }, index) =>
        encodeAnswer(key, answers[index] as (typeof answers)[number]),
      );
    });
  }
}
