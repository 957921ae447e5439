import type { DeliveryOutcome, Operation } from '@cpc/sync-core';

/** The outcomes of one send as they come in, and with them which operations may still go. */
export class Delivery {
  readonly #operations: readonly Operation[];
  readonly #outcomes = new Map<Operation, DeliveryOutcome>();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  /** Keeps the first outcome of an operation; `undefined` leaves it without one. */
  record(operation: Operation, outcome: DeliveryOutcome | undefined): void {
    if (outcome !== undefined && !this.#outcomes.has(operation)) this.#outcomes.set(operation, outcome);
  }

  recordAll(operations: readonly Operation[], outcome: DeliveryOutcome): void {
    for (const operation of operations) this.record(operation, outcome);
  }

  /** Those of `wanted` that have no outcome and do not stand behind a failed operation of their entity. */
  free(wanted: readonly Operation[]): readonly Operation[] {
    const candidates = new Set(wanted);
    const held = new Set<string>();
    return this.#operations.filter((operation) => {
      const { entity } = operation;
      const outcome = this.#outcomes.get(operation);
      const failed = outcome !== undefined && outcome.kind !== 'acknowledged';
      const free = outcome === undefined && (entity === undefined || !held.has(entity));
      if (failed && entity !== undefined) held.add(entity);
      return free && candidates.has(operation);
    });
  }

  /** One outcome per operation, in order; what never got one was held back. */
  outcomes(): readonly DeliveryOutcome[] {
    return this.#operations.map((operation) => this.#outcomes.get(operation) ?? { kind: 'skipped' });
  }
}
