import type { KeyCheck } from '@cpc/sync-core/storage-kit';
import { checksumOf } from './checksum.js';

const KEY = 'key';

/** More keys than any codec has had. */
export const MAX_KEY_CHECKS = 1000;

/** The check of a key as it lies in the database, under the name of the key. */
interface KeyCheckRecord {
  readonly sealed: KeyCheck['sealed'];
  readonly checksum: number;
}

export function keyCheckKey({ key }: KeyCheck): IDBValidKey {
  return [KEY, key];
}

/** All checks: no text sorts behind an array. */
export function keyChecks(): IDBKeyRange {
  return IDBKeyRange.bound([KEY], [KEY, []]);
}

export function makeKeyCheck({ key, sealed }: KeyCheck): KeyCheckRecord {
  return { sealed, checksum: checksumOf(key, sealed) };
}

/** Reads one back; `undefined` where it is damaged. */
export function readKeyCheck(at: IDBValidKey, value: unknown): KeyCheck | undefined {
  const key = (at as readonly unknown[])[1];
  const { sealed, checksum } = (value ?? {}) as Partial<KeyCheckRecord>;
  if (typeof key !== 'string' || !ArrayBuffer.isView(sealed)) return undefined;
  return checksum === checksumOf(key, sealed) ? { key, sealed } : undefined;
}
