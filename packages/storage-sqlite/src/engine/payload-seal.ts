import { SyncError } from '@cpc/sync-core';
import type { SqlValue } from '../drivers/sqlite-driver.js';

/** How payloads and base values stand in their columns. */
export interface PayloadSeal {
  /** Whether values are the texts themselves, so that nothing needs to be announced. */
  readonly isPlain: boolean;
  seal(text: string): SqlValue;
  /** Announces values that will be opened. */
  expect(values: readonly SqlValue[]): void;
  /** Throws a `SyncError` with `STORAGE_DAMAGED` where the value cannot be read. */
  open(value: SqlValue): string;
}

/** As they are. */
export const plainSeal: PayloadSeal = {
  isPlain: true,
  seal: (text) => text,
  expect: () => undefined,
  open(value) {
    if (typeof value === 'string') return value;
    throw new SyncError(
      'STORAGE_FAILED',
      'The payload was written with a payload codec. Give the storage the same codec.',
    );
  },
};
