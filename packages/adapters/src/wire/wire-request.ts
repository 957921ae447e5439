import type { Operation } from '@cpc/sync-core';

/** One request, the same bytes for every repeat. Credentials are not part of it. */
export interface WireRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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
    headers: {
      ...JSON_HEADERS,
      'idempotency-key': quoted(operation.id),
      'sync-version': String(operation.version),
      'sync-timestamp': encodeURIComponent(operation.timestamp),
      ...(operation.entity !== undefined && { 'sync-entity': encodeURIComponent(operation.entity) }),
      ...(operation.baseVersion !== undefined && { 'if-match': `"${operation.baseVersion}"` }),
    },
    body: operation.payloadJson,
  };
}

/** The request for a batch: a JSON array of its operations, in order. */
export function batchRequest(endpoint: URL, operations: readonly Operation[]): WireRequest {
  return { url: endpoint.href, headers: JSON_HEADERS, body: batchBody(operations) };
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
 * Why an operation cannot travel over HTTP at all, or `undefined`. The key must be a structured-field string
 * (RFC 9651, section 3.3.3) and the version an entity tag (RFC 9110, section 8.8.3).
 */
export function unsendable(operation: Operation): string | undefined {
  if (!/^[\x20-\x7e]{1,255}$/.test(operation.id)) {
    return 'the id must be 1 to 255 printable ASCII characters to be an Idempotency-Key';
  }
  if (operation.kind === '' || operation.kind === '.' || operation.kind === '..') {
    return `the kind "${operation.kind}" cannot be part of an address`;
  }
  if (operation.baseVersion !== undefined && !/^[\x21\x23-\x7e]+$/.test(operation.baseVersion)) {
    return 'baseVersion must be printable ASCII without spaces and quotes to be sent as If-Match';
  }
  const texts = [operation.kind, operation.entity ?? '', operation.timestamp];
  return texts.every((text) => !LONE_SURROGATE.test(text))
    ? undefined
    : 'kind and entity must be valid Unicode';
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
