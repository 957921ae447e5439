import { LIMITS } from '@cpc/protocol';
import type { AfterFailure } from '../ports/queue-storage.js';
import type { CancelRule } from './cancelled-by.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import { checkInteger, checkKind } from './check.js';
import { OperationPriority } from './priority.js';
import type { StandardSchema } from './standard-schema.js';

/** How a newly enqueued operation joins one that waits, is the last of its entity and was never attempted. */
export type CoalesceRule<Payload> =
  /** The new payload takes the place of the waiting one, of the same kind. */
  | 'replace'
  /** Both become one, of the same kind. A pure function of the two payloads, the waiting one first. */
  | { readonly merge: (waiting: Payload, incoming: Payload) => Payload }
  /**
   * For what ends a thing, as a delete ends what its create began. Looks at all that waits unsent at the end of the
   * lane, as far as it is of these kinds:
   *
   * - `cancels`: what begins the thing. Where one waits unsent, it, all behind it and this one cancel each other, and
   *   nothing is sent.
   * - `drops`: changes to the thing. Where no beginning waits unsent, the server may have the thing: the changes are
   *   dropped, and this one goes. Between a beginning and this one they vanish with both.
   *
   * A kind under `cancels` that itself coalesces by `replace` or `merge` may change what the server has, so it counts as
   * one of `drops`.
   */
  | CancelRule;

export interface OperationOptions<Input, Payload> {
  /** Any Standard Schema. Its output is what is stored and sent. */
  readonly schema?: StandardSchema<Input, Payload>;
  /** The ordering key. @defaultValue none: the operation is independent of all others */
  readonly entity?: (payload: Payload) => string | undefined;
  /** From 0 to 100. @defaultValue `OperationPriority.Medium` */
  readonly priority?: number;
  /** Version of the payload's shape, from 1. Raise it with each change that old servers or stored ones feel. */
  readonly version?: number;
  /** How a stored payload of version n becomes one of version n + 1, by n. */
  readonly upcast?: Readonly<Record<number, (payload: unknown) => unknown>>;
  readonly coalesce?: CoalesceRule<Payload>;
  /**
   * What becomes of the later operations of the entity when one of this kind fails for good:
   *
   * - `hold`: they wait until somebody retries, edits or discards it, and the app hears `held` of each.
   * - `skip`: they go on without it. Where it is retried, it goes before those that still wait.
   * - `supersede`: a later one of this kind, whether it waits already or comes then, takes its meaning: it leaves the
   *   queue, told as `superseded`. Other kinds wait. For kinds that say the whole value.
   *
   * @defaultValue "supersede" for `coalesce: 'replace'`, else "hold"
   */
  readonly afterFailure?: AfterFailure;
  /** Decides conflicts of this kind. @defaultValue the worker's resolver */
  readonly conflict?: ConflictResolver;
  /** JSON Pointers to members that may hold the id of an operation which creates the thing they mean. */
  readonly references?: readonly string[];
  /** The permanent id in the server's answer, where this operation creates a thing. */
  readonly assignedId?: (result: unknown) => string | undefined;
  /** Gives up what could not be delivered for so long. @defaultValue never */
  readonly expiresAfterMs?: number;
}

/**
 * A kind of operation, typed and frozen. `Input` is what `enqueue` takes, `Payload` what is stored and sent.
 */
export interface OperationDefinition<Input = unknown, Payload = Input> extends OperationOptions<
  Input,
  Payload
> {
  readonly kind: string;
  readonly priority: number;
  readonly version: number;
  /**
   * Whether an event or a queued operation is of this kind; then its payload has this type. A queued operation of
   * another version of the payload's shape is not: its payload is what that version made of it.
   */
  is<Subject extends object>(subject: Subject): subject is Subject & OfKind<Subject, Payload>;
}

/** What is known of a subject that is of a kind: the type of its payload, where it has one. */
export type OfKind<Subject, Payload> = Subject extends { readonly payload: unknown }
  ? { readonly kind: string; readonly payload: Payload }
  : { readonly kind: string };

/** A definition whose types have been forgotten, as a registry holds it. */
// A definition takes its payload in and gives it out, so only `any` lets every one of them in.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyOperationDefinition = OperationDefinition<any, any>;

const AFTER_FAILURE: readonly AfterFailure[] = ['hold', 'skip', 'supersede'];

/**
 * Defines a kind of operation. The type of its payload comes from the schema; without one from the explicit type, or from
 * what `entity` says that it takes:
 *
 * ```ts
 * defineOperation('note.save', { schema: z.object({ text: z.string() }) });
 * defineOperation<{ text: string }>('note.save');
 * defineOperation('note.save', { entity: (note: { id: string; text: string }) => `notes/${note.id}` });
 * ```
 *
 * @param kind - a stable name, stored with each operation: `preferences.setCurrency`
 * @throws RangeError or TypeError where an option is out of range; the message names it
 */
export function defineOperation<Input, Payload>(
  kind: string,
  options: OperationOptions<Input, Payload> & { readonly schema: StandardSchema<Input, Payload> },
): OperationDefinition<Input, Payload>;
export function defineOperation<Payload = unknown>(
  kind: string,
  options?: OperationOptions<Payload, Payload>,
): OperationDefinition<Payload>;
export function defineOperation(
  kind: string,
  options: OperationOptions<unknown, unknown> = {},
): OperationDefinition {
  checkKind('kind', kind);
  const definition: OperationDefinition = {
    priority: OperationPriority.Medium,
    version: 1,
    ...options,
    kind,
    is: <Subject extends object>(subject: Subject): subject is Subject & OfKind<Subject, unknown> => {
      const named: { readonly kind?: unknown; readonly version?: unknown } = subject;
      return named.kind === kind && (!('payload' in subject) || named.version === definition.version);
    },
  };
  checkInteger('priority', definition.priority, 0, 100);
  checkInteger('version', definition.version, 1, LIMITS.maxShapeVersion);
  if (definition.expiresAfterMs !== undefined) checkInteger('expiresAfterMs', definition.expiresAfterMs, 1);
  const { afterFailure = 'hold' } = definition;
  if (!(AFTER_FAILURE as readonly string[]).includes(afterFailure)) {
    throw new TypeError(`afterFailure takes ${AFTER_FAILURE.join(', ')}, but got '${afterFailure}'`);
  }
  for (const pointer of definition.references ?? []) {
    if (!pointer.startsWith('/')) {
      throw new TypeError(`references takes JSON Pointers that begin with '/', but got '${pointer}'`);
    }
  }
  return Object.freeze(definition);
}
