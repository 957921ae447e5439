import type { AttemptRecord, SyncFailure } from '@cpc/sync-core';
import { NO_HISTORY } from '@cpc/sync-core/storage-kit';
import type { SqlRow } from '../drivers/sqlite-driver.js';
import type { RecordTexts } from './columns.js';
import { valueAt, WHOLE } from './selection.js';

/** What is kept about attempts, besides the numbers in {@link Place}. */
export interface AttemptLog {
  readonly history: readonly AttemptRecord[];
  readonly failure: SyncFailure | undefined;
}

/** Shared and handed out, so that nobody may change it. */
const NO_ATTEMPTS: AttemptLog = { history: NO_HISTORY, failure: undefined };

/** The history and the failure, as they stand in the row. */
export function logOf(row: SqlRow): AttemptLog {
  return readLog([valueAt(row, WHOLE.at.history), valueAt(row, WHOLE.at.failure)]);
}

export function readLog([history, failure]: RecordTexts): AttemptLog {
  if (history === null && failure === null) return NO_ATTEMPTS;
  return {
    history: history === null ? [] : (JSON.parse(history) as AttemptRecord[]),
    failure: failure === null ? undefined : (JSON.parse(failure) as SyncFailure),
  };
}

export function recordTexts({ history, failure }: AttemptLog): RecordTexts {
  return [
    history.length === 0 ? null : JSON.stringify(history),
    failure === undefined ? null : JSON.stringify(failure),
  ];
}
