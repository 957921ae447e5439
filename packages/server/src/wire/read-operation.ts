import { Buffer } from 'node:buffer';
import { isVersion } from '../answer/encode-answer.js';
import { problem, type Problem } from '../answer/problem.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import { parseEntityTag, parseStructuredString } from './structured-string.js';
import { unsafeJson, unsafeText } from './unsafe-json.js';
import type { WireHeaders } from './wire-message.js';

/** An operation, or why it is none; with the key where there is one, to answer by. */
export type ReadResult =
  | { readonly ok: true; readonly operation: ReceivedOperation }
  | { readonly ok: false; readonly key?: string; readonly entity?: string; readonly problem: Problem };

export type KeyResult =
  { readonly ok: true; readonly key: string } | { readonly ok: false; readonly problem: Problem };

/** Reads the `Idempotency-Key` of a single operation. */
export function readKey(headers: WireHeaders): KeyResult {
  const field = headers.get('idempotency-key');
  if (field === null) return { ok: false, problem: problem('KEY_MISSING') };
  const key = parseStructuredString(field);
  return isKey(key) ? { ok: true, key } : { ok: false, problem: problem('KEY_MALFORMED') };
}

/** What a payload may be. */
export interface PayloadBounds {
  /** The most levels of objects and arrays. */
  readonly maxDepth: number;
  /** The most bytes, where its size is not known to be within bounds. */
  readonly maxBytes?: number;
}

/** The fields of an operation as they were found, in headers or in an item of a batch. */
interface RawOperation {
  readonly idempotencyKey: string;
  readonly kind?: unknown;
  readonly entity?: unknown;
  readonly version?: unknown;
  readonly timestamp?: unknown;
  readonly baseVersion?: unknown;
  readonly payload?: unknown;
}

/** Puts a single operation together: its kind from the address, the rest from headers, its payload the body. */
export function readSingle(
  parts: {
    readonly key: string;
    readonly kind: string;
    readonly headers: WireHeaders;
    readonly payload: unknown;
  },
  principal: string,
  bounds: PayloadBounds,
): ReadResult {
  const { key, headers } = parts;
  const entity = percentDecoded(headers.get('sync-entity'));
  const timestamp = percentDecoded(headers.get('sync-timestamp'));
  const version = headers.get('sync-version') ?? '1';
  const tag = headers.get('if-match');
  const baseVersion = tag === null ? undefined : (parseEntityTag(tag) ?? null);
  if (entity === null || timestamp === null || baseVersion === null || !/^\d{1,9}$/.test(version)) {
    return { ok: false, key, problem: problem('HEADER_MALFORMED') };
  }
  const raw = { ...parts, idempotencyKey: key, entity, timestamp, version: Number(version), baseVersion };
  return checkOperation(raw, principal, bounds);
}

/** Reads an item of a batch. Without a usable key there is nothing to answer it by: `undefined`. */
export function readItem(item: unknown, principal: string, bounds: PayloadBounds): ReadResult | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const raw = item as RawOperation;
  return isKey(raw.idempotencyKey) ? checkOperation(raw, principal, bounds) : undefined;
}

function checkOperation(
  raw: RawOperation,
  principal: string,
  { maxDepth, maxBytes = Infinity }: PayloadBounds,
): ReadResult {
  const { idempotencyKey: key, kind, entity, version = 1, timestamp, baseVersion, payload } = raw;
  const malformed =
    (!isText(kind) && 'kind') ||
    (!isOptionalText(entity) && 'entity') ||
    (!isShapeVersion(version) && 'version') ||
    (!isOptionalText(timestamp) && 'timestamp') ||
    (!(isOptionalText(baseVersion) && (baseVersion === undefined || isVersion(baseVersion))) &&
      'baseVersion') ||
    (payload === undefined && 'payload');
  if (malformed !== false || !isText(kind) || !isShapeVersion(version)) {
    const detail = `Its ${String(malformed)} is missing or not what it should be.`;
    return refused(key, entity, problem('OPERATION_MALFORMED', { detail }));
  }
  const operation: Writable<ReceivedOperation> = { key, kind, principal, payload, version };
  if (isText(entity)) operation.entity = entity;
  if (isText(timestamp)) operation.timestamp = timestamp;
  if (isText(baseVersion)) operation.baseVersion = baseVersion;
  const unsafe =
    unsafeJson(payload, maxDepth) ??
    unsafeText(kind) ??
    unsafeText(operation.entity ?? '') ??
    unsafeText(operation.timestamp ?? '');
  if (unsafe === undefined) {
    return maxBytes < Infinity && bytesOf(payload) > maxBytes
      ? refused(key, entity, problem('BODY_TOO_LARGE'))
      : { ok: true, operation };
  }
  const detail = `The payload was refused: ${unsafe}.`;
  return refused(key, entity, problem('PAYLOAD_UNSAFE', { detail }));
}

/** Of JSON without spaces; called for what is known to be shallow, since it recurses. */
function bytesOf(payload: unknown): number {
  return Buffer.byteLength(JSON.stringify(payload));
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

function refused(key: string, entity: unknown, value: Problem): ReadResult {
  return isText(entity) ? { ok: false, key, entity, problem: value } : { ok: false, key, problem: value };
}

/** Printable ASCII, since it must fit into a structured-field string. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value);
}

const MAX_TEXT = 1_024;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}

function isShapeVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `undefined` where there is no such header, `null` where it is malformed. */
function percentDecoded(field: string | null): string | undefined | null {
  return field === null ? undefined : decodePercent(field);
}

/** Undoes `encodeURIComponent`; `null` where the text is not its result. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
