import { LIMITS, unsafeMember } from '@cpc/protocol';
import { isSyncError, SyncError } from '../errors/sync-error.js';
import { flat } from './flat.js';

/** How much of a value is taken. */
export interface JsonBounds {
  /** @defaultValue 64 */
  readonly maxDepth?: number;
  /** Bytes of the text in UTF-8. A value that is larger is refused without being read to its end. @defaultValue none */
  readonly maxBytes?: number;
  /** Whether keys are taken that no receiver takes, such as `__proto__`. @defaultValue false */
  readonly anyKey?: boolean;
}

/**
 * The JSON text of a value, exact: reading it back gives an equal value. What JSON cannot say exactly is refused
 * with `PAYLOAD_NOT_JSON` and the path at which it stands: BigInt, NaN and the infinities, functions, symbols,
 * class instances (Date, Map, …), arrays with gaps or members of their own, cycles, text with lone surrogates, which
 * does not survive UTF-8, and what throws when it is read. So are a key `__proto__` and more than 64 levels, which no
 * receiver takes. A property whose value is `undefined` is taken as absent.
 *
 * @throws SyncError `PAYLOAD_NOT_JSON`, `PAYLOAD_TOO_LARGE`
 */
export function toExactJson(value: unknown, bounds: JsonBounds = {}): string {
  const { maxDepth = LIMITS.maxDepth, maxBytes = Infinity, anyKey = false } = bounds;
  const walk: Walk = { maxDepth, maxBytes, anyKey, ancestors: [], keys: [], length: 0 };
  let text: string;
  try {
    text = flat(write(value, walk));
  } catch (cause) {
    if (isSyncError(cause)) throw cause;
    refuse('something that cannot be read', walk, cause);
  }
  // No character takes more than three bytes for each of its units, so most texts need no counting.
  if (text.length * 3 > maxBytes && utf8Length(text) > maxBytes) tooLarge(walk);
  return text;
}

/** Where the walk stands: the objects around it, and in each of them the key that it went into. */
interface Walk extends Required<JsonBounds> {
  readonly ancestors: object[];
  readonly keys: (string | number)[];
  /** Units of the text so far; never more than its bytes. */
  length: number;
}

function write(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
      return quoted(value, 'a string', walk);
    case 'number':
      if (!Number.isFinite(value)) refuse(String(value), walk);
      return counted(Object.is(value, -0) ? '-0' : String(value), walk);
    case 'boolean':
      return counted(String(value), walk);
    case 'object':
      return value === null ? counted('null', walk) : writeObject(value, walk);
    default:
      return refuse(value === undefined ? 'undefined' : `a ${typeof value}`, walk);
  }
}

function writeObject(value: object, walk: Walk): string {
  if (walk.ancestors.includes(value)) refuse('a cycle', walk);
  if (walk.ancestors.length === walk.maxDepth) refuse(`more than ${walk.maxDepth} levels of nesting`, walk);
  walk.ancestors.push(value);
  const text = Array.isArray(value) ? writeArray(value, walk) : writeRecord(value, walk);
  walk.ancestors.pop();
  walk.keys.length = walk.ancestors.length;
  return text;
}

function writeArray(value: readonly unknown[], walk: Walk): string {
  const { length } = value;
  // Of each item at least a digit and what stands before it, so that nothing of a long list is read in vain.
  room(2 * length, walk);
  // One more than its items: the length.
  if (Reflect.ownKeys(value).length > length + 1) refuse('an array with members of its own', walk);
  let text = '[';
  for (let at = 0; at < length; at++) {
    walk.keys[walk.ancestors.length - 1] = at;
    text += (at > 0 ? ',' : '') + write(value[at], walk);
  }
  walk.length += length + 1;
  return `${text}]`;
}

function writeRecord(value: object, walk: Walk): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of any realm: its prototype is nothing, or something that itself has none.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse(`a ${className(value)}`, walk);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('a symbol as a key', walk);
  let text = '{';
  for (const key of Object.keys(value)) {
    walk.keys[walk.ancestors.length - 1] = key;
    const member: unknown = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    const unsafe = walk.anyKey ? undefined : unsafeMember(key, member);
    if (unsafe !== undefined) refuse(unsafe, walk);
    text += `${text === '{' ? '' : ','}${quoted(key, 'a key', walk)}:${write(member, walk)}`;
    walk.length += 2;
  }
  walk.length++;
  return `${text}}`;
}

/** Most texts need no escaping, and no second look. */
function quoted(text: string, what: string, walk: Walk): string {
  room(text.length + 2, walk);
  if (!SPECIAL.test(text)) return counted(`"${text}"`, walk);
  if (/\p{Surrogate}/u.test(text)) refuse(`${what} with a lone surrogate`, walk);
  return counted(JSON.stringify(text), walk);
}

const SPECIAL = /["\\\p{Cc}\p{Surrogate}]/u;

function counted(text: string, walk: Walk): string {
  walk.length += text.length;
  room(0, walk);
  return text;
}

/** Refuses what would be larger than is taken, with so many units more. */
function room(units: number, walk: Walk): void {
  if (walk.length + units > walk.maxBytes) tooLarge(walk);
}

function tooLarge({ maxBytes }: Walk): never {
  const message = `The payload has more than ${maxBytes} bytes, the most that the queue takes.`;
  throw new SyncError('PAYLOAD_TOO_LARGE', message, { details: { maxPayloadBytes: maxBytes } });
}

function className(value: object): string {
  const { name } = (value.constructor as { name?: unknown } | undefined) ?? {};
  return typeof name === 'string' && name !== '' ? name : 'class instance';
}

function refuse(found: string, walk: Walk, cause?: unknown): never {
  throw notJson(found, walk.keys.slice(0, walk.ancestors.length), cause);
}

/** The refusal of what stands under these keys. */
export function notJson(found: string, keys: readonly PropertyKey[], cause?: unknown): SyncError {
  const path = jsonPointer(keys);
  const message = `The payload holds ${found} at '${path}'. Convert it to plain JSON first.`;
  return new SyncError('PAYLOAD_NOT_JSON', message, {
    details: { path },
    ...(cause !== undefined && { cause }),
  });
}

/** The RFC 6901 JSON Pointer to what stands under these keys. */
export function jsonPointer(keys: readonly PropertyKey[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The length of a text in UTF-8, in bytes; lone surrogates do not occur. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // A surrogate pair has two units and four bytes, so each of its halves counts one more.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
