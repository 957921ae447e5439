import type { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import { SyncError } from '../errors/sync-error.js';
import { checkInteger, checkText } from '../operation/check.js';
import type { AnyOperationDefinition } from '../operation/define-operation.js';
import { toExactJson, utf8Length } from '../operation/exact-json.js';
import type { NewOperation, Reference } from '../operation/operation-record.js';
import { inheritOrigin } from '../operation/origin.js';
import { frozenList, NONE } from '../operation/own.js';
import type { Content } from '../outcome/decide.js';
import type { Clock } from '../ports/clock.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { coded, type Given, givenNow, invalid } from './given.js';
import type { OperationRegistry } from './operation-registry.js';
import type { RankStrategy } from './rank.js';
import { validated } from './validated.js';

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

/** Turns what a caller says into an operation record: validated, exact, and complete. */
export class OperationFactory {
  readonly #options: OperationFactoryOptions;

  constructor(options: OperationFactoryOptions) {
    this.#options = options;
  }

  /**
   * Returns a promise only where the schema validates asynchronously. Whatever code of the app throws on the way is the
   * cause of a `SyncError`.
   */
  create(
    definition: AnyOperationDefinition,
    payload: unknown,
    options: EnqueueOptions,
    principal: string | undefined,
  ): NewOperation | Promise<NewOperation> {
    const { clock, timestamps, newId } = this.#options;
    const given = givenNow(options, principal, (base) => this.text(base));
    const stamp = {
      id: given.id ?? newId(),
      createdAt: Math.floor(clock.now()),
      timestamp: timestamps.next(),
    };
    return validated(definition, payload, (value) => this.#record(definition, value, given, stamp));
  }

  /** Another operation in the place of a stored one, with another payload. */
  async edit(operation: NewOperation, payload: unknown): Promise<NewOperation> {
    const definition = this.#options.registry.get(operation.kind);
    const { payload: text, references } = await validated(definition, payload, (value) =>
      this.content(definition.kind, this.text(value)),
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

  /** A JSON text as the payload of an operation of the kind. */
  content(kind: string, payload: string): Content {
    return { payload, references: this.#options.registry.references(kind, payload) };
  }

  /**
   * The exact JSON of a value, as it is now.
   *
   * @throws SyncError `PAYLOAD_NOT_JSON`, `PAYLOAD_TOO_LARGE`
   */
  text(value: unknown): string {
    return toExactJson(value, { maxBytes: this.#options.maxPayloadBytes });
  }

  #record(
    definition: AnyOperationDefinition,
    payload: unknown,
    given: Given,
    { id, createdAt, timestamp }: Stamp,
  ): NewOperation {
    const { kind, version, expiresAfterMs } = definition;
    const { payload: text, references } = this.content(kind, this.text(payload));
    const { principal, baseVersion, base, scheduledAt = createdAt, priority = definition.priority } = given;
    const entity = given.entity ?? entityOf(definition, payload);
    const expiresAt =
      given.expiresAt ?? (expiresAfterMs === undefined ? undefined : createdAt + expiresAfterMs);
    const dependsOn = dependenciesOf(given.dependsOn, references);
    if (dependsOn.includes(id)) invalid(`Operation '${id}' depends on itself.`);
    return {
      id,
      kind,
      payload: text,
      priority,
      rank: this.#rank(priority, createdAt),
      version,
      dependsOn,
      references,
      coalesces: definition.coalesce !== undefined && entity !== undefined,
      createdAt,
      scheduledAt,
      timestamp,
      conflictRounds: 0,
      entity,
      principal,
      expiresAt,
      baseVersion,
      base,
    };
  }

  /** The app's own function: what it gives is looked at, and what it throws has a code. */
  #rank(priority: number, createdAt: number): number {
    return coded('rank', () => {
      const rank = this.#options.rank({ priority, createdAt });
      checkInteger('rank', rank, Number.MIN_SAFE_INTEGER);
      return rank;
    });
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

function entityOf({ entity }: AnyOperationDefinition, payload: unknown): string | undefined {
  if (entity === undefined) return undefined;
  return coded('entity', () => {
    const name: unknown = entity(payload);
    if (name !== undefined) checkText('entity', name);
    return name as string | undefined;
  });
}

/** What the caller names, and what the payload refers to; one shared empty list for the many that have neither. */
function dependenciesOf(
  named: readonly string[] | undefined,
  references: readonly Reference[],
): readonly string[] {
  if (references.length === 0) return named === undefined ? NONE : frozenList(named);
  return Object.freeze([...(named ?? []), ...references.map(({ id }) => id)]);
}
