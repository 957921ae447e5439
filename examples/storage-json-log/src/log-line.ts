import type { IdAssignment, NewOperation, NewOutcome } from '@cpc/sync-core';
import type { Fate, Progress } from '@cpc/sync-core/storage-kit';

/** The first line of a file. A newer format is refused, and the file left as it is. */
export interface Header {
  readonly format: number;
}

/** 2: what became of operations, which a program of before would not keep. */
export const FORMAT = 2;

/** What one step changed. A step is one line, so a line that is torn by a crash is a step that never happened. */
export interface LogLine {
  /** The highest sequence and the highest fencing token that were given out; neither is ever given out again. */
  readonly sequence: number;
  readonly token: number;
  readonly entries: readonly EntryRecord[];
  readonly assigned: readonly IdAssignment[];
  readonly left: readonly Left[];
  /** Who is signed in; absent for nobody. */
  readonly principal?: string | undefined;
  /** What the step told of operations; absent in format 1. */
  readonly told?: readonly Told[];
  /** Whose outcomes were cut down to their ends, those of `told` among them, `null` for a guest's; absent for nobody's. */
  readonly purged?: readonly (string | null)[];
}

/** An id that left the queue, and what became of it: who repeats an `enqueue` must not bring it back. */
export type Left = readonly [id: string, fate: Fate];

/** What became of an operation, to be told to whoever asks. */
export type Told = readonly [id: string, outcome: NewOutcome];

/** An operation as it was after the step. One without `operation` has left the queue. */
export interface EntryRecord {
  readonly sequence: number;
  readonly operation?: NewOperation;
  readonly progress?: Progress;
  readonly lease?: { readonly token: number; readonly until: number; readonly lengthMs: number };
}
