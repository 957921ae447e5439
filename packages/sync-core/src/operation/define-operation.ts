import { LIMITS } from '@cpc/protocol';
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
  /** A waiting operation of one of these kinds, and this one, cancel each other: a create and its delete. */
  | { readonly cancels: readonly string[] };

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
  for (const pointer of definition.references ?? []) {
    if (!pointer.startsWith('/')) {
      throw new TypeError(`references takes JSON Pointers that begin with '/', but got '${pointer}'`);
    }
  }
  return Object.freeze(definition);
}
