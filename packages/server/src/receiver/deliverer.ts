import { encodeAnswer, encodeProblem } from '../answer/encode-answer.js';
import type { HandlerAnswer } from '../answer/handler-answer.js';
import { problem } from '@cpc/protocol';
import type {
  EffectResult,
  EffectStore,
  EncodedAnswer,
  KeyedWork,
  WorkResult,
} from '../ports/effect-store.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import type { ReadResult } from '../wire/read-operation.js';
import { chain } from '../store/chain.js';
import { integrityViolation } from '../store/integrity-violation.js';
import { isPromise } from '../store/is-promise.js';
import { effectOf } from './effect.js';
import { fingerprint } from './fingerprint.js';
import { orForgotten } from './forgotten-key.js';
import { OperationSet } from './operation-set.js';

/** An item of a delivery: a work for the store, or the answer that it got before. */
type Item<Tx> =
  | { readonly kind: 'work'; readonly operation: ReceivedOperation; readonly work: KeyedWork<Tx> }
  | { readonly kind: 'answered'; readonly answer: EncodedAnswer };

type Preparing<Tx> = OperationHandler<Tx> & Required<Pick<OperationHandler<Tx>, 'prepare'>>;

/** Applies operations, each at most once, and answers each. Holds the keys that are being worked on. */
export class Deliverer<Tx> {
  readonly #store: EffectStore<Tx>;
  readonly #handlers: ReadonlyMap<string, OperationHandler<Tx>>;
  /** For each kind whose handler takes several operations at once. */
  readonly #sets: ReadonlyMap<string, OperationSet<Tx>>;
  readonly #onError: (error: unknown, operation: ReceivedOperation | undefined) => void;
  /** Keys whose first request is still being prepared or applied, as principal and key. */
  readonly #running = new Set<string>();

  constructor(
    store: EffectStore<Tx>,
    handlers: ReadonlyMap<string, OperationHandler<Tx>>,
    onError: (error: unknown, operation: ReceivedOperation | undefined) => void,
  ) {
    this.#store = store;
    this.#handlers = handlers;
    this.#sets = new Map(
      [...handlers].flatMap(([kind, handler]) =>
        handler.applyAll === undefined
          ? []
          : [[kind, new OperationSet(handler.applyAll.bind(handler), (error) => onError(error, undefined))]],
      ),
    );
    this.#onError = onError;
  }

  /** One answer per operation, in order. Rejects where the store could not write; then none was applied. */
  async deliver(reads: readonly ReadResult[]): Promise<readonly EncodedAnswer[]> {
    const started: string[] = [];
    try {
      const items = await this.#prepareAll(reads, started);
      const since = this.#store.rememberedSince?.();
      const works = items.flatMap((item) => (item.kind === 'work' ? [orForgotten(item.work, since)] : []));
      const results = works.length === 0 ? [] : await this.#store.run(works);
      let next = 0;
      return items.map((item) =>
        item.kind === 'work' ? this.#answerOf(results[next++], item.operation) : item.answer,
      );
    } finally {
      for (const id of started) this.#running.delete(id);
    }
  }

  async #prepareAll(reads: readonly ReadResult[], started: string[]): Promise<readonly Item<Tx>[]> {
    const items: Item<Tx>[] = [];
    const held = new Set<string>();
    for (const read of reads) {
      const entity = read.ok ? read.operation.entity : read.entity;
      const key = read.ok ? read.operation.key : read.key;
      const isHeld = entity !== undefined && held.has(entity);
      const preparing: MaybePromise<Item<Tx>> = isHeld
        ? { kind: 'answered', answer: encodeProblem(key, problem('SKIPPED')) }
        : this.#prepare(read, started);
      // Without a turn for each item, where none of them has to wait.
      const item = preparing instanceof Promise ? await preparing : preparing;
      if (item.kind === 'answered' && entity !== undefined) held.add(entity);
      items.push(item);
    }
    return items;
  }

  #prepare(read: ReadResult, started: string[]): MaybePromise<Item<Tx>> {
    if (!read.ok) return { kind: 'answered', answer: encodeProblem(read.key, read.problem) };
    const { operation } = read;
    const handler = this.#handlers.get(operation.kind);
    if (handler === undefined) return answered(operation, 'KIND_UNKNOWN');
    if (handler.read === undefined) return this.#prepareRead(handler, operation, operation, started);
    try {
      const taken = chain(handler.read(operation), (read) =>
        read.ok
          ? this.#prepareRead(handler, operation, read.operation, started)
          : refusedWork<Tx>(operation, read.answer),
      );
      return isPromise(taken) ? taken.catch((error: unknown) => this.#failed(error, operation)) : taken;
    } catch (error) {
      return this.#failed(error, operation);
    }
  }

  /** @param sent - the operation as it came, by which repeats are compared */
  #prepareRead(
    handler: OperationHandler<Tx>,
    sent: ReceivedOperation,
    operation: ReceivedOperation,
    started: string[],
  ): MaybePromise<Item<Tx>> {
    return handler.prepare === undefined
      ? workOf({ sent, operation }, handler, undefined, this.#sets.get(operation.kind))
      : this.#prepareWith(handler as Preparing<Tx>, { sent, operation }, started);
  }

  #failed(error: unknown, operation: ReceivedOperation): Item<Tx> {
    this.#onError(error, operation);
    return answered(operation, 'HANDLER_FAILED');
  }

  /**
   * Only what has to be prepared can be met while it is running: everything else runs within one turn, and the
   * store sees a repeat of it in the same commit.
   */
  async #prepareWith(
    handler: Preparing<Tx>,
    { sent, operation }: Taken,
    started: string[],
  ): Promise<Item<Tx>> {
    const id = JSON.stringify([operation.principal, operation.key]);
    if (this.#running.has(id)) return answered(operation, 'KEY_IN_USE', 1);
    this.#running.add(id);
    started.push(id);
    try {
      return workOf({ sent, operation }, handler, await handler.prepare(operation));
    } catch (error) {
      return this.#failed(error, operation);
    }
  }

  #answerOf(result: WorkResult | undefined, operation: ReceivedOperation): EncodedAnswer {
    switch (result?.kind) {
      case 'applied':
      case 'repeated':
      case 'refused':
        return result.answer;
      case 'reused':
        return encodeProblem(operation.key, problem('KEY_REUSED'));
      case 'skipped':
        return encodeProblem(operation.key, problem('SKIPPED'));
      case 'running':
        return encodeProblem(operation.key, problem('KEY_IN_USE', { retryAfter: 1 }));
      case 'busy':
        return encodeProblem(operation.key, problem('STORE_UNAVAILABLE', { retryAfter: 1 }));
      case 'failed':
        return this.#answerToFailure(result.error, operation);
      case undefined:
        throw new TypeError('EffectStore.run gave fewer results than works');
    }
  }

  #answerToFailure(error: unknown, operation: ReceivedOperation): EncodedAnswer {
    const violation = integrityViolation(error);
    const handler = this.#handlers.get(operation.kind);
    try {
      const answer = violation && handler?.refuse?.(violation, operation);
      if (answer !== undefined && answer.kind !== 'applied')
        return encodeAnswer(operation.key, answer).answer;
    } catch (failure) {
      this.#onError(failure, operation);
    }
    this.#onError(error, operation);
    return encodeProblem(operation.key, problem('HANDLER_FAILED'));
  }
}

/** An operation as it came, and as its handler reads it. */
interface Taken {
  readonly sent: ReceivedOperation;
  readonly operation: ReceivedOperation;
}

/** Where its key is stored the repeat is answered as before; else with this. */
function refusedWork<Tx>(operation: ReceivedOperation, answer: HandlerAnswer): Item<Tx> {
  const effect = (): EffectResult => ({ ...encodeAnswer(operation.key, answer), keep: false });
  const { principal, key, entity: lane } = operation;
  return {
    kind: 'work',
    operation,
    work: { principal, key, fingerprint: fingerprint(operation), lane, effect },
  };
}

function workOf<Tx>(
  { sent, operation }: Taken,
  handler: OperationHandler<Tx>,
  prepared: unknown,
  set?: OperationSet<Tx>,
): Item<Tx> {
  const { principal, key, entity: lane } = operation;
  const effect = effectOf(operation, handler, prepared);
  const work: KeyedWork<Tx> = { principal, key, fingerprint: fingerprint(sent), lane, effect };
  if (set === undefined || operation.baseVersion !== undefined) return { kind: 'work', operation, work };
  const inSet = { ...work, set };
  set.note(inSet, operation);
  return { kind: 'work', operation, work: inSet };
}

function answered(
  operation: ReceivedOperation,
  code: 'KIND_UNKNOWN' | 'KEY_IN_USE' | 'HANDLER_FAILED',
  retryAfter?: number,
): { kind: 'answered'; answer: EncodedAnswer } {
  const extras = retryAfter === undefined ? {} : { retryAfter };
  return { kind: 'answered', answer: encodeProblem(operation.key, problem(code, extras)) };
}
