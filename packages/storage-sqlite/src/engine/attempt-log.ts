import type { AttemptRecord, SyncFailure } from '@cpc/sync-core';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import { checksumOf } from './checksum.js';
import { RECORD_AT, RECORD_SEED } from './row-columns.js';

/** What is kept about attempts, besides the numbers in {@link Place}. */
export interface AttemptLog {
  readonly history: readonly AttemptRecord[];
  readonly failure: SyncFailure | undefined;
}

export const NO_ATTEMPTS: AttemptLog = { history: [], failure: undefined };

/** The history and the failure, as they stand in the row. */
export function logOf(row: SqlRow): AttemptLog {
  return readLog(row[RECORD_AT] as string | null, row[RECORD_AT + 1] as string | null);
}

export function readLog(history: string | null, failure: string | null): AttemptLog {
  if (history === null && failure === null) return NO_ATTEMPTS;
  return {
    history: history === null ? [] : (JSON.parse(history) as AttemptRecord[]),
    failure: failure === null ? undefined : (JSON.parse(failure) as SyncFailure),
  };
}

export function recordValues(log: AttemptLog): readonly [string | null, string | null] {
  if (log === NO_ATTEMPTS) return [null, null];
  return [
    log.history.length === 0 ? null : JSON.stringify(log.history),
    log.failure === undefined ? null : JSON.stringify(log.failure),
  ];
}

/** How a change of the attempts' log changes the checksum. */
export function recordChecksumChange(
  before: readonly [string | null, string | null],
  after: readonly [string | null, string | null],
): number {
  return checksumOf(before, RECORD_SEED) ^ checksumOf(after, RECORD_SEED);
}
