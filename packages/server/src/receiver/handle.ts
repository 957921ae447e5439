import type { HandlerAnswer } from '../answer/handler-answer.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import { readByDefinition } from './read-by-definition.js';
import type { SharedDefinition } from './shared-definition.js';

/** An operation whose payload is of the definition's shape and version. */
export interface TypedOperation<Payload> extends ReceivedOperation {
  readonly payload: Payload;
}

/** A handler of operations of one definition; its methods are those of {@link OperationHandler}. */
export interface TypedHandler<Tx, Payload, Result = unknown, Prepared = unknown> {
  prepare?(operation: TypedOperation<Payload>): Promise<Prepared>;
  current?(
    operation: TypedOperation<Payload>,
    tx: Tx,
  ): ReturnType<NonNullable<OperationHandler<Tx>['current']>>;
  apply(operation: TypedOperation<Payload>, tx: Tx, prepared: Prepared): MaybePromise<HandlerAnswer<Result>>;
  applyAll?(
    operations: readonly TypedOperation<Payload>[],
    tx: Tx,
  ): MaybePromise<readonly HandlerAnswer<Result>[]>;
  refuse?(
    ...values: Parameters<NonNullable<OperationHandler<Tx>['refuse']>>
  ): HandlerAnswer<Result> | undefined;
}

/** The payload that a definition's handler is given. */
export type PayloadOf<Definition> = Definition extends { readonly schema?: infer Schema }
  ? OutputOf<NonNullable<Schema>>
  : unknown;

type OutputOf<Schema> = Schema extends { readonly '~standard': { readonly validate: infer Validate } }
  ? Validate extends (value: never) => infer Result
    ? Extract<Awaited<Result>, { readonly value: unknown }>['value']
    : unknown
  : unknown;

/** What a handler's acknowledgement carries, for the device's code: `import type` its handlers. */
export type ResultOf<Handler> = Handler extends { apply(...values: never[]): infer Answer }
  ? Extract<Awaited<Answer>, { readonly kind: 'applied' }> extends { readonly result?: infer Result }
    ? Result
    : never
  : never;

/**
 * A handler for a kind that device and server define together: what a device sends is brought up to the definition's
 * version by its `upcast` and checked by its `schema` before the handler sees it. What cannot be brought up is refused
 * (`VERSION_UNSUPPORTED`), and so is what does not fit (`PAYLOAD_INVALID`); a device that is newer than this server is
 * told to come again. Without a schema the payload is the device's word.
 *
 * ```ts
 * new Receiver({ store, onError, handlers: { ...handle(renameStall, { apply: ({ payload }, tx) => … }) } });
 * ```
 *
 * @returns the handler by its kind
 */
export function handle<Tx, Payload, Result, Prepared>(
  definition: SharedDefinition<Payload>,
  handler: TypedHandler<Tx, Payload, Result, Prepared>,
): Readonly<Record<string, OperationHandler<Tx>>> {
  // `read` below makes each operation one of this payload before any other method gets it.
  const checked = handler as unknown as OperationHandler<Tx>;
  const bound: OperationHandler<Tx> = {
    read: (operation) => readByDefinition(definition, operation),
    apply: checked.apply.bind(checked),
    ...(checked.prepare && { prepare: checked.prepare.bind(checked) }),
    ...(checked.current && { current: checked.current.bind(checked) }),
    ...(checked.applyAll && { applyAll: checked.applyAll.bind(checked) }),
    ...(checked.refuse && { refuse: checked.refuse.bind(checked) }),
  };
  return { [definition.kind]: bound };
}

type AnyDefinitions = Readonly<Record<string, SharedDefinition<unknown>>>;

/**
 * Handlers for all definitions of an object; one that is missing does not compile.
 *
 * @throws TypeError where two definitions have one kind, or a handler is missing
 */
export function handleAll<Tx, Definitions extends AnyDefinitions>(
  definitions: Definitions,
  handlers: { readonly [Name in keyof Definitions]: TypedHandler<Tx, PayloadOf<Definitions[Name]>> },
): Readonly<Record<string, OperationHandler<Tx>>> {
  const all: Record<string, OperationHandler<Tx>> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const handler = handlers[name] as TypedHandler<Tx, unknown> | undefined;
    if (handler === undefined) throw new TypeError(`handleAll misses a handler for ${name}`);
    if (Object.hasOwn(all, definition.kind)) {
      throw new TypeError(`handleAll was given two definitions of the kind ${definition.kind}`);
    }
    Object.assign(all, handle(definition, handler));
  }
  return all;
}
