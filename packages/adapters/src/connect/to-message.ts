import { create } from '@bufbuild/protobuf';
import type { Operation } from '@cpc/sync-core';
import { OperationSchema, type Operation as OperationMessage } from '@cpc/protocol/protobuf';

const encoder = new TextEncoder();

/** An operation as a message; its payload as the bytes that are stored. */
export function toMessage(operation: Operation): OperationMessage {
  const { id, kind, payloadJson, entity, version, timestamp, baseVersion } = operation;
  return create(OperationSchema, {
    idempotencyKey: id,
    kind,
    payload: encoder.encode(payloadJson),
    version,
    timestamp,
    ...(entity !== undefined && { entity }),
    ...(baseVersion !== undefined && { baseVersion }),
  });
}
