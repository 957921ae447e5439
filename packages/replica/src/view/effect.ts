import type { QueuedOperation } from '@cpc/sync-core';

/** Records as an effect sees them: the copy, with what earlier operations made of it. */
export interface RecordDraft {
  /** The record's value, the effect's own to change and to `set`; `undefined` where there is none. */
  get(entity: string): unknown;
  /** @param value - JSON */
  set(entity: string, value: unknown): void;
  delete(entity: string): void;
}

/**
 * What an operation does to records, as far as the device can tell: pure and synchronous, since it is run again whenever
 * something under it moves. It need not be exact: the server's word takes its place.
 */
export type OperationEffect = (records: RecordDraft, operation: QueuedOperation) => void;

/** The effect of a kind; `undefined` where none is known. */
export type EffectOf = (kind: string) => OperationEffect | undefined;
