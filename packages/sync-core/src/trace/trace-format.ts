import type { StoredOperation } from '../operation/operation-record.js';
import type { DeliveryPolicy, FinalOutcome } from '../outcome/decide.js';
import type { Settlement } from '../ports/queue-storage.js';
import type { SyncEvent } from '../queue/sync-event.js';
import type { RedactableField } from './redacted.js';

export const TRACE_FORMAT = 'cpc-sync-trace';

/** Grows when a line of an older version can no longer be read as one of the newer. */
export const TRACE_VERSION = 1;

/** The first line of a trace; it says how to read the others. */
export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** What was redacted besides payloads, answers and details. */
  readonly redacts: readonly RedactableField[];
  /** How many lines are missing at the beginning, since the trace is bounded. */
  readonly dropped: number;
}

/** The numbers of a `DeliveryPolicy`. */
export type TracePolicy = Pick<
  DeliveryPolicy,
  'maxAttempts' | 'maxRetryAfterMs' | 'minRetryMs' | 'maxConflictRounds'
>;

/** What the rules asked for while they decided, and what they were told. */
export type Asked =
  | {
      /** `outage`: the wait of an operation that met no answer. */
      readonly of: 'backoff' | 'outage';
      readonly attempt: number;
      readonly previousDelayMs: number;
      /** The random numbers that went into the answer. */
      readonly draws: readonly number[];
      readonly delayMs: number;
    }
  | { readonly of: 'id'; readonly id: string };

/** One decision: all that went into the rules, and what came out. */
export interface TraceDecision {
  readonly type: 'decision';
  readonly now: number;
  readonly operation: StoredOperation;
  readonly outcome: FinalOutcome;
  readonly policy: TracePolicy;
  readonly asked: readonly Asked[];
  readonly settlement: Settlement;
}

/** Something that happened between the decisions. */
export interface TraceEvent {
  readonly type: 'event';
  readonly now: number;
  readonly event: SyncEvent;
}

export type TraceLine = TraceDecision | TraceEvent;
