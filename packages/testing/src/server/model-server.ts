import type { DeliveryOutcome, Operation } from '@cpc/sync-core';

/** One effect that the server had. */
export interface LedgerEntry {
  readonly id: string;
  readonly entity: string | undefined;
  readonly payloadJson: string;
}

interface Answer {
  readonly payloadJson: string;
  readonly outcome: DeliveryOutcome;
}

export interface ModelServerOptions {
  /** What the server makes of an operation that it has not applied; `undefined` to apply it. */
  readonly judge?: (operation: Operation) => DeliveryOutcome | undefined;
  /** What it answers to an operation that it applied. @defaultValue nothing but the version */
  readonly answer?: (operation: Operation) => unknown;
}

/**
 * A server as it should be, in memory: it applies each idempotency key once, answers repeats as it answered
 * first, refuses a key with another payload, counts a version for each entity, and answers a change against an
 * older version with a conflict. Its ledger says what had an effect, in order.
 */
export class ModelServer {
  /** Every effect, in order. */
  readonly ledger: LedgerEntry[] = [];
  /** Keys that came with two different payloads. It must stay empty. */
  readonly reusedKeys: string[] = [];
  readonly #judge: (operation: Operation) => DeliveryOutcome | undefined;
  readonly #answer: (operation: Operation) => unknown;
  readonly #answers = new Map<string, Answer>();
  readonly #values = new Map<string, { readonly version: number; readonly payload: unknown }>();

  constructor(options: ModelServerOptions = {}) {
    this.#judge = options.judge ?? (() => undefined);
    this.#answer = options.answer ?? (() => undefined);
  }

  has(id: string): boolean {
    return this.#answers.has(id);
  }

  versionOf(entity: string): string | undefined {
    const version = this.#values.get(entity)?.version;
    return version === undefined ? undefined : String(version);
  }

  /** Handles a batch in order; behind an operation that was not acknowledged, those of its entity are skipped. */
  handle(operations: readonly Operation[]): readonly DeliveryOutcome[] {
    const failed = new Set<string>();
    return operations.map((operation) => {
      const { entity } = operation;
      if (entity !== undefined && failed.has(entity)) return { kind: 'skipped' };
      const outcome = this.#handleOne(operation);
      if (entity !== undefined && outcome.kind !== 'acknowledged') failed.add(entity);
      return outcome;
    });
  }

  #handleOne(operation: Operation): DeliveryOutcome {
    const { id, entity, payload, payloadJson, baseVersion } = operation;
    const answered = this.#answers.get(id);
    if (answered !== undefined) {
      if (answered.payloadJson === payloadJson) return answered.outcome;
      this.reusedKeys.push(id);
      return { kind: 'rejected', reason: { code: 'KEY_REUSED', message: 'The key was used before.' } };
    }
    const judged = this.#judge(operation);
    if (judged !== undefined) return judged;
    const value = entity === undefined ? undefined : this.#values.get(entity);
    if (value !== undefined && baseVersion !== undefined && baseVersion !== String(value.version)) {
      return { kind: 'conflict', remote: { value: value.payload, version: String(value.version) } };
    }
    const version = (value?.version ?? 0) + 1;
    if (entity !== undefined) this.#values.set(entity, { version, payload });
    this.ledger.push({ id, entity, payloadJson });
    const result = this.#answer(operation);
    const outcome: DeliveryOutcome = {
      kind: 'acknowledged',
      version: String(version),
      ...(result !== undefined && { result }),
    };
    this.#answers.set(id, { payloadJson, outcome });
    return outcome;
  }
}
