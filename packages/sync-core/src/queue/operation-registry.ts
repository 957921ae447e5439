import { SyncError } from '../errors/sync-error.js';
import { toExactJson } from '../operation/exact-json.js';
import { cancelledBy } from '../operation/cancelled-by.js';
import type { AnyOperationDefinition } from '../operation/define-operation.js';
import { isElsewhere } from '../operation/origin.js';
import type { NewOperation, Reference, StoredOperation } from '../operation/operation-record.js';
import type { AfterFailure, Coalescence, KnownKinds } from '../ports/queue-storage.js';

const NO_REFERENCES: readonly Reference[] = Object.freeze([]);

/** What becomes of a stored operation whose kind, or whose version of it, is not defined. */
export type UnknownKinds = 'park' | 'send';

/** The kinds that a queue knows, and the rules that follow from their definitions. */
export class OperationRegistry {
  readonly #definitions = new Map<string, AnyOperationDefinition>();
  readonly #unknownKinds: UnknownKinds;
  #kinds: KnownKinds | undefined;

  /** @throws SyncError `OPERATION_KIND_DUPLICATE` where two definitions share a kind */
  constructor(definitions: readonly AnyOperationDefinition[], unknownKinds: UnknownKinds = 'park') {
    this.#unknownKinds = unknownKinds;
    for (const definition of definitions) {
      if (this.#definitions.has(definition.kind)) {
        throw new SyncError(
          'OPERATION_KIND_DUPLICATE',
          `'${definition.kind}' is defined twice. Give each kind one name.`,
        );
      }
      this.#definitions.set(definition.kind, definition);
    }
  }

  find(kind: string): AnyOperationDefinition | undefined {
    return this.#definitions.get(kind);
  }

  /** @throws SyncError `OPERATION_KIND_UNKNOWN` */
  get(kind: string): AnyOperationDefinition {
    const definition = this.#definitions.get(kind);
    if (definition !== undefined) return definition;
    throw new SyncError(
      'OPERATION_KIND_UNKNOWN',
      `'${kind}' is not defined. Pass its definition to the queue.`,
    );
  }

  /** Whether this app knows the kind, and the payload is not of a newer version. */
  knows({ kind, version }: NewOperation): boolean {
    const definition = this.#definitions.get(kind);
    return definition !== undefined && version <= definition.version;
  }

  /** What a claim may bring; everything, `undefined`, where also unknown kinds are sent. */
  get sendableKinds(): KnownKinds | undefined {
    if (this.#unknownKinds === 'send') return undefined;
    return (this.#kinds ??= new Map([...this.#definitions].map(([kind, { version }]) => [kind, version])));
  }

  /** Why no claim brings the operation: only a newer app knows it. `undefined` where a claim may. */
  whyUnsendable(operation: StoredOperation): string | undefined {
    if (this.#unknownKinds === 'send' || this.knows(operation)) return undefined;
    return newerApp(operation, this.#definitions.has(operation.kind)).message;
  }

  /**
   * The operation as it goes out: in the shape of today's definition. Itself where it has that already, or may have
   * been sent: every repeat must be the same request.
   *
   * @throws SyncError `OPERATION_KIND_UNKNOWN`, `OPERATION_VERSION_NEWER`, `OPERATION_UPCAST_FAILED`
   */
  sendable(operation: StoredOperation): StoredOperation {
    const { kind } = operation;
    const definition = this.#definitions.get(kind);
    if (definition === undefined || operation.version > definition.version) {
      if (this.#unknownKinds === 'send') return operation;
      throw newerApp(operation, definition !== undefined);
    }
    if (operation.attempted || operation.version === definition.version) return operation;
    let text = operation.payload;
    for (let version = operation.version; version < definition.version; version++) {
      const step = definition.upcast?.[version];
      try {
        if (step === undefined) throw new TypeError(`no upcast from version ${version} is defined`);
        text = toExactJson(step(JSON.parse(text)));
      } catch (cause) {
        const message = `A stored '${kind}' of version ${version} could not be brought to version ${version + 1}.`;
        throw new SyncError('OPERATION_UPCAST_FAILED', message, { cause });
      }
    }
    return { ...operation, payload: text, version: definition.version };
  }

  /** What becomes of the lane of a kind's operation that failed for good. */
  afterFailure(kind: string): AfterFailure {
    const { afterFailure, coalesce } = this.#definitions.get(kind) ?? {};
    return afterFailure ?? (coalesce === 'replace' ? 'supersede' : 'hold');
  }

  /** The rule behind `EnqueueRules.supersede`. */
  supersedes(deadLetter: StoredOperation, incoming: NewOperation): boolean {
    return deadLetter.kind === incoming.kind && this.afterFailure(incoming.kind) === 'supersede';
  }

  /** The rule behind `Coalesce`, from the definition of the incoming operation. */
  coalesce(tail: StoredOperation, incoming: NewOperation, ahead: Iterable<StoredOperation>): Coalescence {
    const rule = this.#definitions.get(incoming.kind)?.coalesce;
    if (rule === undefined) return { kind: 'none' };
    if (typeof rule === 'object' && 'cancels' in rule) {
      return cancelledBy(rule, endOfLane(tail, ahead), (kind) => this.#isChange(kind));
    }
    if (tail.kind !== incoming.kind || tail.version !== incoming.version) return { kind: 'none' };
    const payload =
      rule === 'replace'
        ? incoming.payload
        : toExactJson(rule.merge(JSON.parse(tail.payload), JSON.parse(incoming.payload)));
    return {
      kind: 'merged',
      operation: joined(tail, incoming, payload, this.references(incoming.kind, payload)),
    };
  }

  /** What takes the place of a waiting one of its kind may as well be a change to a thing that the server has. */
  #isChange(kind: string): boolean {
    const rule = this.#definitions.get(kind)?.coalesce;
    return rule === 'replace' || (rule !== undefined && 'merge' in rule);
  }

  /** The ids that stand at the places where the kind may refer to things that others create. */
  references(kind: string, payload: string): readonly Reference[] {
    const pointers = this.#definitions.get(kind)?.references;
    if (pointers === undefined || pointers.length === 0) return NO_REFERENCES;
    const value: unknown = JSON.parse(payload);
    return pointers
      .map((path) => ({ path, id: valueAt(value, path) }))
      .filter((reference): reference is Reference => typeof reference.id === 'string');
  }
}

function newerApp({ kind, version }: NewOperation, isKindKnown: boolean): SyncError {
  return isKindKnown
    ? new SyncError(
        'OPERATION_VERSION_NEWER',
        `Was enqueued by a newer version of the app (version ${version} of '${kind}'). Update the app to send it.`,
      )
    : new SyncError(
        'OPERATION_KIND_UNKNOWN',
        `This version of the app does not know '${kind}'. An app that knows it will send it.`,
      );
}

function* endOfLane(tail: StoredOperation, ahead: Iterable<StoredOperation>): Iterable<StoredOperation> {
  yield tail;
  yield* ahead;
}

/** The waiting operation with a later change in it: it keeps what the person saw first, and loses no urgency. */
function joined(
  tail: StoredOperation,
  incoming: NewOperation,
  payload: string,
  references: readonly Reference[],
): NewOperation {
  return {
    ...incoming,
    id: tail.id,
    payload,
    references: [...references, ...tail.references.filter((reference) => !isElsewhere(reference))],
    createdAt: tail.createdAt,
    scheduledAt: incoming.scheduledAt > incoming.createdAt ? incoming.scheduledAt : tail.createdAt,
    priority: Math.max(tail.priority, incoming.priority),
    rank: Math.max(tail.rank, incoming.rank),
    dependsOn: [...new Set([...tail.dependsOn, ...references.map(({ id }) => id)])].filter(
      (id) => id !== tail.id,
    ),
    base: tail.base,
    baseVersion: tail.baseVersion,
  };
}

/** What stands at an RFC 6901 JSON Pointer; `undefined` where nothing does. */
function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const key of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
