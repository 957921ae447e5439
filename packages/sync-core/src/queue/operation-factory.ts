import type { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import { SyncError } from '../errors/sync-error.js';
import { checkInteger, checkText } from '../operation/check.js';
import type { AnyOperationDefinition } from '../operation/define-operation.js';
import { jsonPointer, toExactJson, utf8Length } from '../operation/exact-json.js';
import type { NewOperation, Reference } from '../operation/operation-record.js';
import { inheritOrigin } from '../operation/origin.js';
import type { Content } from '../outcome/decide.js';
import type { SchemaResult } from '../operation/standard-schema.js';
import type { Clock } from '../ports/clock.js';
import type { OperationRegistry } from './operation-registry.js';
import type { RankStrategy } from './rank.js';

/** What a caller may say about one operation; all of it optional. */
export interface EnqueueOptions {
  /** Identity and idempotency key. Enqueueing the same id with the same payload again changes nothing. */
  readonly id?: string;
  /** @defaultValue what the definition's `entity` gives */
  readonly entity?: string;
  /** @defaultValue the definition's */
  readonly priority?: number;
  /** Ids of operations that must have left the queue before this one goes. */
  readonly dependsOn?: readonly string[];
  /** Not before this moment, in milliseconds since the epoch. */
  readonly scheduledAt?: number;
  /** Given up at this moment, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Who does it. @defaultValue the queue's principal */
  readonly principal?: string;
  /** The value that the person saw, for three-way merges. */
  readonly base?: unknown;
  /** The version that the person saw, sent as `If-Match`. */
  readonly baseVersion?: string;
}

export interface OperationFactoryOptions {
  readonly registry: OperationRegistry;
  readonly clock: Clock;
  readonly timestamps: HybridLogicalClock;
  readonly newId: () => string;
  readonly rank: RankStrategy;
  readonly maxPayloadBytes: number;
}

/** What an operation gets at the moment of the call, however long its schema then takes. */
interface Stamp {
  readonly id: string;
  readonly createdAt: number;
  readonly timestamp: string;
}

/** The latest moment that a JavaScript `Date` can hold. */
const MAX_TIME_MS = 8.64e15;

/** Turns what a caller says into an operation record: validated, exact, and complete. */
export class OperationFactory {
  readonly #options: OperationFactoryOptions;

  constructor(options: OperationFactoryOptions) {
    this.#options = options;
  }

  /** Returns a promise only where the schema validates asynchronously. */
  create(
    definition: AnyOperationDefinition,
    payload: unknown,
    options: EnqueueOptions,
    principal: string | undefined,
  ): NewOperation | Promise<NewOperation> {
    const { clock, timestamps, newId } = this.#options;
    const stamp = {
      id: options.id ?? newId(),
      createdAt: Math.floor(clock.now()),
      timestamp: timestamps.next(),
    };
    return validated(definition, payload, (value) =>
      this.#record(definition, value, options, principal, stamp),
    );
  }

  /** Another operation in the place of a stored one, with another payload. */
  async edit(operation: NewOperation, payload: unknown): Promise<NewOperation> {
    const definition = this.#options.registry.get(operation.kind);
    const { payload: text, references } = await validated(definition, payload, (value) =>
      this.content(definition.kind, value),
    );
    return {
      ...operation,
      id: this.#options.newId(),
      version: definition.version,
      payload: text,
      references: inheritOrigin(operation, references),
      dependsOn: [...new Set(dependenciesOf(operation.dependsOn, references))],
      timestamp: this.#options.timestamps.next(),
    };
  }

  /** A value as the payload of an operation of the kind. */
  content(kind: string, value: unknown): Content {
    const payload = this.#text(value);
    return { payload, references: this.#options.registry.references(kind, payload) };
  }

  #record(
    definition: AnyOperationDefinition,
    payload: unknown,
    options: EnqueueOptions,
    currentPrincipal: string | undefined,
    { id, createdAt, timestamp }: Stamp,
  ): NewOperation {
    const { kind, version } = definition;
    const { payload: text, references } = this.content(kind, payload);
    const priority = options.priority ?? definition.priority;
    const entity = options.entity ?? definition.entity?.(payload);
    const principal = options.principal ?? currentPrincipal;
    const expiresAt =
      options.expiresAt ??
      (definition.expiresAfterMs === undefined ? undefined : createdAt + definition.expiresAfterMs);
    const dependsOn = dependenciesOf(options.dependsOn, references);
    check(options, entity, principal);
    if (dependsOn.includes(id)) invalid(`Operation '${id}' depends on itself.`);
    return {
      id,
      kind,
      payload: text,
      priority,
      rank: this.#options.rank({ priority, createdAt }),
      version,
      dependsOn,
      references,
      coalesces: definition.coalesce !== undefined && entity !== undefined,
      createdAt,
      scheduledAt: options.scheduledAt ?? createdAt,
      timestamp,
      conflictRounds: 0,
      entity,
      principal,
      expiresAt,
      baseVersion: options.baseVersion,
      base: options.base === undefined ? undefined : this.#text(options.base),
    };
  }

  #text(payload: unknown): string {
    const text = toExactJson(payload);
    this.checkSize(text);
    return text;
  }

  /** @throws SyncError `PAYLOAD_TOO_LARGE` */
  checkSize(text: string): void {
    const { maxPayloadBytes } = this.#options;
    // No character takes more than three bytes for each of its units, so most texts need no counting.
    if (text.length * 3 > maxPayloadBytes && utf8Length(text) > maxPayloadBytes) {
      const message = `The payload has ${utf8Length(text)} bytes; the queue takes ${maxPayloadBytes}.`;
      throw new SyncError('PAYLOAD_TOO_LARGE', message, { details: { maxPayloadBytes } });
    }
  }
}

/**
 * Passes on what the schema makes of the payload. One that answers later gets a copy, so that what the caller does to
 * the payload in the meantime changes nothing.
 */
function validated<T>(
  { kind, schema }: AnyOperationDefinition,
  payload: unknown,
  next: (value: unknown) => T,
): T | Promise<T> {
  if (schema === undefined) return next(payload);
  const standard = schema['~standard'];
  const result = standard.validate(payload);
  if (!(result instanceof Promise)) return next(valid(kind, result));
  result.catch(() => undefined);
  return Promise.resolve(standard.validate(copyOf(payload))).then((late) => next(valid(kind, late)));
}

function copyOf(payload: unknown): unknown {
  try {
    return structuredClone(payload);
  } catch (cause) {
    const message = `The payload cannot be copied: ${(cause as Error).message}`;
    throw new SyncError('PAYLOAD_NOT_JSON', message, { cause, details: { path: '' } });
  }
}

function valid(kind: string, result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => {
    return { message, path: jsonPointer(path.map((part) => (typeof part === 'object' ? part.key : part))) };
  });
  const list = issues.map(({ message, path }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new SyncError('PAYLOAD_INVALID', `The payload is not a valid '${kind}': ${list}`, {
    details: { issues },
  });
}

/** Refuses options that are out of range, as `OPERATION_INVALID` with the reason as the message. */
function check(options: EnqueueOptions, entity: string | undefined, principal: string | undefined): void {
  const { id, priority, dependsOn, scheduledAt, expiresAt, baseVersion } = options;
  try {
    if (id !== undefined) checkText('id', id);
    if (entity !== undefined) checkText('entity', entity);
    if (principal !== undefined) checkText('principal', principal);
    if (baseVersion !== undefined) checkText('baseVersion', baseVersion);
    if (priority !== undefined) checkInteger('priority', priority, 0, 100);
    if (scheduledAt !== undefined) checkInteger('scheduledAt', scheduledAt, 0, MAX_TIME_MS);
    if (expiresAt !== undefined) checkInteger('expiresAt', expiresAt, 0, MAX_TIME_MS);
    for (const other of dependsOn ?? []) checkText('dependsOn', other);
  } catch (cause) {
    invalid((cause as Error).message, cause);
  }
}

/** What the caller names, and what the payload refers to; one shared empty list for the many that have neither. */
function dependenciesOf(
  named: readonly string[] | undefined,
  references: readonly Reference[],
): readonly string[] {
  if (references.length === 0) return named === undefined ? NONE : [...named];
  return [...(named ?? []), ...references.map(({ id }) => id)];
}

const NONE: readonly string[] = Object.freeze([]);

function invalid(message: string, cause?: unknown): never {
  throw new SyncError('OPERATION_INVALID', message, cause === undefined ? {} : { cause });
}
