/** What `doctor` can find. Codes are stable: scripts may branch on them. */
export type ProblemCode =
  | 'FILE_DAMAGED'
  | 'RECORDS_DAMAGED'
  | 'RECORDS_QUARANTINED'
  | 'ORDER_DAMAGED'
  | 'ASSIGNMENTS_DAMAGED'
  | 'FORMAT_OLDER'
  | 'LEASES_STALE'
  | 'CLOCK_SET_BACK'
  | 'CREATED_IN_FUTURE'
  | 'DEAD_LETTERS'
  | 'DECISIONS_WAITING'
  | 'APP_TOO_OLD'
  | 'ENTITY_HELD'
  | 'KEEPS_FAILING'
  | 'STALLED';

export interface Problem {
  readonly code: ProblemCode;
  /** `error`: data is damaged or delivery is wrong. `warning`: somebody should look. */
  readonly severity: 'error' | 'warning';
  /** How many records, operations, leases or entities. */
  readonly count: number;
  readonly message: string;
  /** What to do next. */
  readonly advice: string;
  /** The first of the operations that it is about, at most 20. */
  readonly ids: readonly string[];
}

/** No problem names more operations than this. */
export const MOST_IDS = 20;
