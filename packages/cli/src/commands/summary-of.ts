import type { ReadOperation } from '@cpc/storage-sqlite';
import type { OperationState } from '@cpc/sync-core';

/** An operation in a list: all but its payload, its base and its history. */
export interface OperationSummary {
  readonly id: string;
  readonly sequence: number;
  readonly state: OperationState;
  readonly kind: string;
  readonly entity: string | null;
  readonly principal: string | null;
  readonly priority: number;
  readonly version: number;
  readonly attempts: number;
  /** Milliseconds since the epoch, as every time. */
  readonly createdAt: number;
  /** When a scheduled one is due, when a leased one's lease ends; else null. */
  readonly dueAt: number | null;
  /** Why it is parked or a dead letter; else null. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export function summaryOf(operation: ReadOperation): OperationSummary {
  const { id, sequence, state, kind, priority, version, attempts, createdAt, dueAt, failure } = operation;
  return {
    id,
    sequence,
    state,
    kind,
    entity: operation.entity ?? null,
    principal: operation.principal ?? null,
    priority,
    version,
    attempts,
    createdAt,
    dueAt: state === 'scheduled' || state === 'leased' ? dueAt : null,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}
