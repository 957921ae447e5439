import type { QuarantinedRecord, SyncFailure } from '@cpc/sync-core';
import type { Item } from '../format/item.js';

/** What is told of a record that is not to be, or cannot be, part of the queue. */
export function damagedRecord(sequence: number, item: unknown, reason: SyncFailure): QuarantinedRecord {
  const id = idIn(item);
  const record: QuarantinedRecord = { sequence, reason, raw: bytesOf(item) };
  return id === undefined ? record : { ...record, id };
}

function idIn(item: unknown): string | undefined {
  try {
    const { id } = JSON.parse((item as Item).text) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    // The text is damaged as well; the record stands for itself.
    return undefined;
  }
}

function bytesOf(item: unknown): Uint8Array {
  const text = JSON.stringify(item, (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
  );
  return new TextEncoder().encode(text);
}
