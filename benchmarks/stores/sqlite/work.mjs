import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFillSync } from 'node:crypto';

/** The payload of every operation: 200 bytes of JSON. */
export const PAYLOAD = JSON.stringify({ currency: 'EUR', note: 'x'.repeat(170) });

let counter = 0;

/** A UUIDv7, as the queue makes them. */
export function newId() {
  const bytes = randomFillSync(Buffer.allocUnsafe(16));
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt16BE(0x7000 | (counter++ & 0xfff), 6);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** An operation as `SyncQueue` hands it to a storage. */
export function newOperation(entity) {
  const now = Date.now();
  return {
    id: newId(),
    kind: 'preferences.set',
    ...(entity !== undefined && { entity }),
    payload: PAYLOAD,
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: now,
    scheduledAt: now,
    timestamp: `${now}:0:bench`,
    conflictRounds: 0,
  };
}

/** A new folder on the disk that is measured; `TMPDIR` chooses it. */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'cpc-bench-'));
  return { file: join(path, 'bench.db'), remove: () => rm(path, { recursive: true, force: true }) };
}

/** Callers that each wait for their own answer before they ask again. */
export async function callers(count, each, step) {
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (let n = 0; n < each; n++) await step();
    }),
  );
  return count * each;
}
