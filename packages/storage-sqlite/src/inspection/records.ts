import type { OperationState, StoredOperation, SyncFailure } from '@cpc/sync-core';

/** A queue in a file, and the format in which it is written there. */
export interface QueueFormat {
  readonly queue: string;
  readonly format: number;
}

/**
 * An operation as it lies in the file. Where `isSealed`, a payload codec wrote its payload, which a reader does not
 * have: `payload`, and `base` where there is one, is then the JSON text `{"sealedBytes":n}`.
 */
export interface ReadOperation extends StoredOperation {
  readonly isSealed: boolean;
}

/** How many operations of one kind, principal and priority are in one state. */
export interface OperationGroup {
  readonly kind: string;
  readonly principal?: string;
  readonly priority: number;
  readonly state: OperationState;
  readonly count: number;
  /** The earliest `createdAt` among them. */
  readonly oldestCreatedAt: number;
}

/** What is in a queue, counted row by row. */
export interface QueueOverview {
  readonly total: number;
  readonly groups: readonly OperationGroup[];
  /** Records that were put aside because they could not be read. */
  readonly quarantined: number;
  /** Operations that mention temporary ids: those must be replaced when the operations that create them are delivered. */
  readonly referring: number;
  /** Operations whose payloads a codec wrote. */
  readonly sealed: number;
}

/** What one claim holds until the same moment. */
export interface LeaseRecord {
  readonly token: number;
  /** Milliseconds since the epoch. */
  readonly leaseUntil: number;
  readonly leaseMs: number;
  readonly ids: readonly string[];
}

/** A row that is not as it was written. */
export interface DamagedRecord {
  readonly sequence: number;
  /** As it stands in the row, which need not be true. */
  readonly id?: string;
  readonly reason: SyncFailure;
}

/** Whether what the storage keeps besides the rows agrees with them. */
export interface OrderReport {
  /** Operations that nothing holds up and that no claim would find. */
  readonly stranded: readonly string[];
  /** Dependencies on, or of, what is no longer in the queue. */
  readonly brokenDependencies: number;
  /** Leases that fail their checksum. */
  readonly damagedLeases: number;
  /** Permanent ids that fail their checksum, of those that took the place of temporary ones. */
  readonly damagedAssignments: number;
  /** Whether the counts that the storage keeps are those of the rows. */
  readonly countsAgree: boolean;
}
