import { type Bytes, isSyncError, type PayloadCodec, SyncError } from '@cpc/sync-core';
import { CodecKeys, rewriteReferences } from '@cpc/sync-core/storage-kit';
import type { ModelCodecData, ModelKeys } from './model-codec-data.js';
import type { ModelEntry } from './model-entry.js';
import type { ModelQueueData } from './model-queue-data.js';

/** Gives the model another codec, or none, as if it were opened with it. */
export function useCodec(data: ModelCodecData, codec: PayloadCodec | undefined): void {
  data.codec = codec;
  data.keys = codec && new CodecKeys(codec);
}

/** Before a step: the keys are the right ones, and every payload can be read, or is put aside. */
export async function unsealAll(data: ModelQueueData): Promise<void> {
  if (data.codec === undefined || data.keys === undefined) {
    const isSealed = data.entries.some(({ operation }) => data.seals.has(operation.id));
    if (!isSealed) return;
    throw new SyncError(
      'STORAGE_FAILED',
      'The payloads were written with a codec. Give the storage the same.',
    );
  }
  await meetKeys(data, data.keys);
  for (const entry of data.entries) {
    const sealed = data.seals.get(entry.operation.id)?.sealed;
    if (sealed === undefined) continue;
    const failure = await refusalOf(data, sealed);
    if (failure !== undefined) putAside(data, entry, sealed, failure);
  }
}

/** After a step: what is new is written as the codec makes it. */
export async function sealAll(data: ModelQueueData): Promise<void> {
  const { codec } = data;
  if (codec === undefined) return;
  for (const { operation } of data.entries) {
    const { id, payload } = operation;
    if (data.seals.get(id)?.payload !== payload)
      data.seals.set(id, { payload, sealed: await codec.encode(payload) });
  }
  const present = new Set(data.entries.map(({ operation }) => operation.id));
  for (const id of data.seals.keys()) if (!present.has(id)) data.seals.delete(id);
}

/** Brings back what the codec can read again. @returns the sequences */
export async function bringBack(data: ModelQueueData): Promise<readonly number[]> {
  const back: number[] = [];
  for (const [sequence, { entry, sealed }] of data.aside) {
    const { id, payload } = entry.operation;
    const known = rewriteReferences(entry.operation, (temporary) => data.assignments.get(temporary));
    const operation = entry.attempted ? entry.operation : known;
    const isTaken = data.past.has(id) || data.entries.some((other) => other.operation.id === id);
    if (isTaken || (await refusalOf(data, sealed)) !== undefined) continue;
    data.aside.delete(sequence);
    data.quarantined = data.quarantined.filter((record) => record.sequence !== sequence);
    data.seals.set(id, { payload, sealed });
    data.entries = [...data.entries, { ...entry, operation }].sort((a, b) => a.sequence - b.sequence);
    back.push(sequence);
  }
  return back;
}

async function meetKeys(data: ModelQueueData, keys: ModelKeys): Promise<void> {
  const own = await keys.ownCheck();
  const { wrong } = await keys.meet(Array.from(data.checks, ([key, sealed]) => ({ key, sealed })));
  const kept = [...data.seals.values(), ...data.aside.values()].map(({ sealed }) => sealed);
  for (const key of wrong) await keys.proveBy(key, kept);
  if (own === undefined || keys.isProven(own.key)) return;
  data.checks.set(own.key, own.sealed);
  keys.trust(own.key);
}

/** Why the codec takes bytes for damaged; what it says otherwise is thrown. */
async function refusalOf(data: ModelCodecData, sealed: Bytes): Promise<SyncError | undefined> {
  try {
    await data.codec?.decode(sealed);
    return undefined;
  } catch (error) {
    const judged = data.keys?.judge(sealed, error);
    if (isSyncError(judged, 'STORAGE_DAMAGED')) return judged;
    throw judged;
  }
}

function putAside(data: ModelQueueData, entry: ModelEntry, sealed: Bytes, reason: SyncError): void {
  const { sequence, operation, wait, attemptedBefore } = entry;
  const attempted = wait === 'leased' || entry.attempted;
  const left: ModelEntry =
    wait === 'leased'
      ? { ...entry, wait: 'none', dueAt: 0, delayMs: 0, token: 0, attempted, attemptedBefore: attempted }
      : { ...entry, attemptedBefore };
  data.entries = data.entries.filter((other) => other !== entry);
  data.seals.delete(operation.id);
  data.aside.set(sequence, { entry: left, sealed });
  data.quarantined.push({
    sequence,
    id: operation.id,
    reason: { code: reason.code, message: reason.message },
    raw: new TextEncoder().encode(JSON.stringify(operation)),
  });
}
