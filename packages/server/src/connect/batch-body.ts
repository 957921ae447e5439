import type { Operation } from '@cpc/protocol/protobuf';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Operations as the body of a batch over HTTP. A payload's text is put in as it came, so that it means to the
 * receiver what it would mean there; one that is not JSON is left out, for the receiver to refuse that item.
 */
export function batchBody(operations: readonly Operation[]): Uint8Array {
  return encoder.encode(`[${operations.map(itemOf).join(',')}]`);
}

function itemOf(operation: Operation): string {
  const { idempotencyKey, kind, entity, version, timestamp, baseVersion } = operation;
  const envelope = JSON.stringify({ idempotencyKey, kind, entity, version, timestamp, baseVersion });
  const payload = jsonText(operation.payload);
  return payload === undefined ? envelope : `${envelope.slice(0, -1)},"payload":${payload}}`;
}

/** Parsed before it is put between others' texts: what is no single JSON value could pose as several items. */
function jsonText(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
