import { entityTag, faultOfKey, faultOfKind, faultOfName, HEADERS, structuredString } from '@cpc/protocol';
import type { Operation } from '@cpc/sync-core';

/** One request, the same bytes for every repeat. Credentials are not part of it. */
export interface WireRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_HEADERS = {
  accept: 'application/json, application/problem+json',
  'content-type': 'application/json',
};

/**
 * The request for a single operation: its kind in the address, its key and what else belongs to it in headers,
 * its payload as the body.
 */
export function singleRequest(endpoint: URL, operation: Operation): WireRequest {
  return {
    url: `${endpoint.href.replace(/\/$/, '')}/${encodeURIComponent(operation.kind)}`,
    method: 'POST',
    headers: {
      ...JSON_HEADERS,
      ...principalHeader(operation),
      [HEADERS.idempotencyKey]: structuredString(operation.id),
      [HEADERS.version]: String(operation.version),
      [HEADERS.timestamp]: encodeURIComponent(operation.timestamp),
      ...(operation.entity !== undefined && { [HEADERS.entity]: encodeURIComponent(operation.entity) }),
      ...(operation.baseVersion !== undefined && { [HEADERS.ifMatch]: entityTag(operation.baseVersion) }),
    },
    body: operation.payloadJson,
  };
}

/** The request for a batch of one principal's: a JSON array of its operations, in order. */
export function batchRequest(endpoint: URL, operations: readonly Operation[]): WireRequest {
  const headers = { ...JSON_HEADERS, ...principalHeader(operations[0]) };
  return { url: endpoint.href, method: 'POST', headers, body: batchBody(operations) };
}

/** The question whom the server takes this device for. */
export function whoamiRequest(address: URL, principal: string | undefined): WireRequest {
  const { accept } = JSON_HEADERS;
  const whose = principal === undefined ? {} : { [HEADERS.principal]: encodeURIComponent(principal) };
  return { url: address.href, method: 'GET', headers: { accept, ...whose } };
}

/** Whose operations they are, for the receiver to compare with whom the credentials sign in. */
function principalHeader(operation: Operation | undefined): Readonly<Record<string, string>> {
  const principal = operation?.principal;
  return principal === undefined ? {} : { [HEADERS.principal]: encodeURIComponent(principal) };
}

/** A JSON array of operations, in order. */
export function batchBody(operations: readonly Operation[]): string {
  return `[${operations.map(batchItem).join(',')}]`;
}

/** An operation as an item of a batch. The payload's text is put in as it is, not written anew. */
export function batchItem(operation: Operation): string {
  const { id, kind, entity, version, timestamp, baseVersion } = operation;
  const envelope = JSON.stringify({ idempotencyKey: id, kind, entity, version, timestamp, baseVersion });
  return `${envelope.slice(0, -1)},"payload":${operation.payloadJson}}`;
}

/**
 * Why an operation cannot travel at all, or `undefined`: by the same list of limits as the device and the receiver. A
 * queue takes no such operation; one that an older version of the library took would be refused by every receiver.
 */
export function unsendable(operation: Operation): string | undefined {
  const { id, kind, entity, principal, timestamp, baseVersion } = operation;
  const faults = {
    id: faultOfKey(id),
    kind: faultOfKind(kind),
    entity: entity === undefined ? undefined : faultOfName(entity),
    principal: principal === undefined ? undefined : faultOfName(principal),
    timestamp: faultOfName(timestamp),
    baseVersion: baseVersion === undefined ? undefined : faultOfName(baseVersion),
  };
  const found = Object.entries(faults).find(([, fault]) => fault !== undefined);
  return found && `${found[0]} ${found[1]}`;
}
