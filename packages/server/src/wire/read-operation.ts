import { Buffer } from 'node:buffer';
import {
  decodePercent,
  faultOfKey,
  faultOfKind,
  faultOfName,
  faultOfShapeVersion,
  HEADERS,
  parseEntityTag,
  parseStructuredString,
  problem,
  type Problem,
  unsafeJson,
} from '@cpc/protocol';
import type { ReceivedOperation } from '../ports/received-operation.js';
import type { WireHeaders } from './wire-message.js';

/** An operation, or why it is none; with the key where there is one, to answer by. */
export type ReadResult =
  | { readonly ok: true; readonly operation: ReceivedOperation }
  | { readonly ok: false; readonly key?: string; readonly entity?: string; readonly problem: Problem };

export type KeyResult =
  { readonly ok: true; readonly key: string } | { readonly ok: false; readonly problem: Problem };

/** Reads the `Idempotency-Key` of a single operation. */
export function readKey(headers: WireHeaders): KeyResult {
  const field = headers.get(HEADERS.idempotencyKey);
  if (field === null) return { ok: false, problem: problem('KEY_MISSING') };
  const key = parseStructuredString(field);
  return key !== undefined && faultOfKey(key) === undefined
    ? { ok: true, key }
    : { ok: false, problem: problem('KEY_MALFORMED') };
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
  const entity = percentDecoded(headers.get(HEADERS.entity));
  const timestamp = percentDecoded(headers.get(HEADERS.timestamp));
  const version = headers.get(HEADERS.version) ?? '1';
  const tag = headers.get(HEADERS.ifMatch);
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
  return faultOfKey(raw.idempotencyKey) === undefined ? checkOperation(raw, principal, bounds) : undefined;
}

function checkOperation(
  raw: RawOperation,
  principal: string,
  { maxDepth, maxBytes = Infinity }: PayloadBounds,
): ReadResult {
  const { idempotencyKey: key, kind, entity, version = 1, timestamp, baseVersion, payload } = raw;
  const fault = faultOfFields({ ...raw, version });
  if (fault !== undefined) return refused(key, entity, problem('OPERATION_MALFORMED', { detail: fault }));
  const operation = { key, kind, principal, payload, version } as Writable<ReceivedOperation>;
  // Texts, since nothing is wrong with them; without a key where there is none.
  if (entity !== undefined) operation.entity = entity as string;
  if (timestamp !== undefined) operation.timestamp = timestamp as string;
  if (baseVersion !== undefined) operation.baseVersion = baseVersion as string;
  const unsafe = unsafeJson(payload, maxDepth);
  if (unsafe === undefined) {
    return maxBytes < Infinity && bytesOf(payload) > maxBytes
      ? refused(key, entity, problem('BODY_TOO_LARGE'))
      : { ok: true, operation };
  }
  const detail = `The payload was refused: ${unsafe}.`;
  return refused(key, entity, problem('PAYLOAD_UNSAFE', { detail }));
}

/** What is wrong with the fields around a payload, for people; `undefined` where nothing is. */
function faultOfFields(raw: RawOperation): string | undefined {
  const { kind, entity, version, timestamp, baseVersion, payload } = raw;
  const faults = {
    kind: faultOfKind(kind),
    entity: entity === undefined ? undefined : faultOfName(entity),
    version: faultOfShapeVersion(version),
    timestamp: timestamp === undefined ? undefined : faultOfName(timestamp),
    baseVersion: baseVersion === undefined ? undefined : faultOfName(baseVersion),
    payload: payload === undefined ? 'takes any JSON' : undefined,
  };
  const found = Object.entries(faults).find(([, fault]) => fault !== undefined);
  return found && `Its ${found[0]} is missing or not what it should be: it ${found[1]}.`;
}

/** Of JSON without spaces; called for what is known to be shallow, since it recurses. */
function bytesOf(payload: unknown): number {
  return Buffer.byteLength(JSON.stringify(payload));
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

function refused(key: string, entity: unknown, value: Problem): ReadResult {
  return faultOfName(entity) === undefined
    ? { ok: false, key, entity: entity as string, problem: value }
    : { ok: false, key, problem: value };
}

/** `undefined` where there is no such header, `null` where it is malformed. */
function percentDecoded(field: string | null): string | undefined | null {
  return field === null ? undefined : decodePercent(field);
}
