import { SyncError } from '../errors/sync-error.js';
import { flat } from './flat.js';

/** Deeper nesting than this is refused: many parsers on the other side would give up. */
const MAX_DEPTH = 200;

/**
 * The JSON text of a value, exact: reading it back gives an equal value. What JSON cannot say exactly is refused
 * with `PAYLOAD_NOT_JSON` and the path at which it stands: BigInt, NaN and the infinities, functions, symbols,
 * class instances (Date, Map, …), arrays with gaps or members of their own, cycles, and text with lone surrogates, which does not survive
 * UTF-8. A property whose value is `undefined` is taken as absent. `__proto__` is a key like any other.
 */
export function toExactJson(value: unknown): string {
  return flat(write(value, { ancestors: [], keys: [] }));
}

/** Where the walk stands: the objects around it, and in each of them the key that it went into. */
interface Walk {
  readonly ancestors: object[];
  readonly keys: (string | number)[];
}

function write(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
      return quoted(value, 'a string', walk);
    case 'number':
      if (!Number.isFinite(value)) refuse(String(value), walk);
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, walk);
    default:
      return refuse(value === undefined ? 'undefined' : `a ${typeof value}`, walk);
  }
}

function writeObject(value: object, walk: Walk): string {
  if (walk.ancestors.includes(value)) refuse('a cycle', walk);
  if (walk.ancestors.length === MAX_DEPTH) refuse(`more than ${MAX_DEPTH} levels of nesting`, walk);
  walk.ancestors.push(value);
  const text = Array.isArray(value) ? writeArray(value, walk) : writeRecord(value, walk);
  walk.ancestors.pop();
  walk.keys.length = walk.ancestors.length;
  return text;
}

function writeArray(value: readonly unknown[], walk: Walk): string {
  // One more than its items: the length.
  if (Reflect.ownKeys(value).length > value.length + 1) refuse('an array with members of its own', walk);
  let text = '[';
  for (let at = 0; at < value.length; at++) {
    walk.keys[walk.ancestors.length - 1] = at;
    text += (at > 0 ? ',' : '') + write(value[at], walk);
  }
  return `${text}]`;
}

function writeRecord(value: object, walk: Walk): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of any realm: its prototype is nothing, or something that itself has none.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse(`a ${className(value)}`, walk);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('a symbol as a key', walk);
  let text = '{';
  for (const key of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    walk.keys[walk.ancestors.length - 1] = key;
    text += `${text === '{' ? '' : ','}${quoted(key, 'a key', walk)}:${write(member, walk)}`;
  }
  return `${text}}`;
}

/** Most texts need no escaping, and no second look. */
function quoted(text: string, what: string, walk: Walk): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  if (/\p{Surrogate}/u.test(text)) refuse(`${what} with a lone surrogate`, walk);
  return JSON.stringify(text);
}

const SPECIAL = /["\\\p{Cc}\p{Surrogate}]/u;

function className(value: object): string {
  return (value.constructor as { name?: string } | undefined)?.name ?? 'class instance';
}

function refuse(found: string, walk: Walk): never {
  const keys = walk.keys.slice(0, walk.ancestors.length);
  const path = jsonPointer(keys);
  throw new SyncError(
    'PAYLOAD_NOT_JSON',
    `The payload holds ${found} at '${path}'. Convert it to plain JSON first.`,
    {
      details: { path },
    },
  );
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
