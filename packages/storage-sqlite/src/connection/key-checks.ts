import type { PayloadCodec } from '@cpc/sync-core';
import { CodecKeys, type KeyCheck } from '@cpc/sync-core/storage-kit';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';
import { checksumOf } from '../engine/checksum.js';
import { sealedValues } from '../engine/operation-row.js';
import { isIntact } from '../engine/row-checksum.js';
import { valueAt, WHOLE } from '../engine/selection.js';
import type { QueueTables } from '../schema/tables.js';

const SEED = 0x4b1d;

/** How many rows are read at a time where a payload of a key is looked for. */
const CHUNK = 100;

/**
 * Makes sure that a codec has the keys that the queue's payloads were written with, before anything is read or written
 * with it, and keeps the check of the key that it writes with from now on.
 *
 * @throws SyncError `STORAGE_KEY_WRONG`
 */
export async function checkKeys(
  driver: SqliteDriver,
  tables: QueueTables,
  codec: PayloadCodec,
): Promise<CodecKeys> {
  const keys = new CodecKeys(codec);
  const own = await keys.ownCheck();
  if (own === undefined) return keys;
  await keys.prove(readChecks(driver, tables));
  if (keys.isProven(own.key)) return keys;
  // Whoever wrote before there were checks left payloads that tell as much.
  await proveByPayload(driver, tables, { codec, keys, key: own.key });
  const { key, sealed } = own;
  driver
    .prepare(`INSERT OR IGNORE INTO ${tables.keys} (key, sealed, checksum) VALUES (?, ?, ?)`)
    .run(key, sealed, checksumOf([key, sealed], SEED));
  // Another process may have been faster, with another key.
  await keys.prove(readChecks(driver, tables));
  return keys;
}

/** The checks that are as they were written. */
function readChecks(driver: SqliteDriver, { keys }: QueueTables): readonly KeyCheck[] {
  const rows = driver.prepare(`SELECT key, sealed, checksum FROM ${keys}`).all();
  return rows.flatMap(([key, sealed, checksum]) => {
    if (typeof key !== 'string' || !(sealed instanceof Uint8Array)) return [];
    return checksumOf([key, sealed], SEED) === checksum ? [{ key, sealed: new Uint8Array(sealed) }] : [];
  });
}

/** Reads the first payload that was written with a key, if there is one. */
async function proveByPayload(
  driver: SqliteDriver,
  { operations }: QueueTables,
  { codec, keys, key }: { readonly codec: PayloadCodec; readonly keys: CodecKeys; readonly key: string },
): Promise<void> {
  const sealed = driver.prepare(
    `SELECT ${WHOLE.sql} FROM ${operations} WHERE sequence > ? AND typeof(payload) = 'blob'
     ORDER BY sequence LIMIT ${CHUNK}`,
  );
  for (let after = -Infinity; ;) {
    const rows = sealed.all(after);
    for (const row of rows.filter(isIntact)) {
      const [payload] = sealedValues(row);
      if (!(payload instanceof Uint8Array) || keys.nameIn(payload) !== key) continue;
      const bytes = new Uint8Array(payload);
      await codec.decode(bytes).catch((error: unknown) => {
        throw keys.judge(bytes, error);
      });
      return;
    }
    const last = rows.at(-1);
    if (last === undefined || !(valueAt(last, WHOLE.at.sequence) > after)) return;
    after = valueAt(last, WHOLE.at.sequence);
  }
}
