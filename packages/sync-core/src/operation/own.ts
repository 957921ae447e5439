import { LIMITS } from '@cpc/protocol';
import { isSyncError } from '../errors/sync-error.js';
import { notJson } from './exact-json.js';
import type { NewOperation } from './operation-record.js';

/**
 * A copy that shares nothing with the value: what the caller does to the value afterwards changes nothing. Taken are
 * plain objects, lists, dates, maps, sets and bytes; of anything else a copy would be something else, so that it is
 * refused.
 *
 * @throws SyncError `PAYLOAD_NOT_JSON` with the path
 */
export function ownCopy(value: unknown): unknown {
  const keys: PropertyKey[] = [];
  try {
    return copied(value, keys);
  } catch (cause) {
    throw isSyncError(cause) ? cause : notJson('something that cannot be read', keys, cause);
  }
}

function copied(value: unknown, keys: PropertyKey[]): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw notJson(`a ${typeof value}`, keys);
  if (typeof value !== 'object' || value === null) return value;
  if (keys.length >= LIMITS.maxDepth) {
    throw notJson(`more than ${LIMITS.maxDepth} levels of nesting, or a cycle`, keys);
  }
  const inside: CopyMember = (key, read) => {
    keys.push(key);
    const copy = copied(read(), keys);
    keys.pop();
    return copy;
  };
  if (Array.isArray(value)) return copiedList(value, inside, keys);
  if (isPlain(value)) return copiedRecord(value as Record<string, unknown>, inside, keys);
  return copiedBuiltIn(value, inside) ?? refuseInstance(keys);
}

/** Copies what stands under a key. It is read when the key is noted, so that a getter that throws is named. */
type CopyMember = (key: PropertyKey, read: () => unknown) => unknown;

function copiedList(value: readonly unknown[], inside: CopyMember, keys: readonly PropertyKey[]): unknown {
  if (Object.keys(value).length !== value.length)
    throw notJson('an array with gaps or members of its own', keys);
  return value.map((item, at) => inside(at, () => item));
}

function copiedRecord(
  value: Readonly<Record<string, unknown>>,
  inside: CopyMember,
  keys: readonly PropertyKey[],
): unknown {
  if (Object.getOwnPropertySymbols(value).length > 0) throw notJson('a symbol as a key', keys);
  // By entries, so that `__proto__` becomes a key like any other.
  return Object.fromEntries(Object.keys(value).map((key) => [key, inside(key, () => value[key])]));
}

/** `undefined` for what is none of those. By the very prototype: an instance of a subclass would lose its class. */
function copiedBuiltIn(value: object, inside: CopyMember): unknown {
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return new Date((value as Date).getTime());
    case Map.prototype:
      return new Map(
        [...(value as Map<unknown, unknown>)].map(([key, member], at) => [
          inside(at, () => key),
          inside(at, () => member),
        ]),
      );
    case Set.prototype:
      return new Set([...(value as Set<unknown>)].map((member, at) => inside(at, () => member)));
    case ArrayBuffer.prototype:
      return (value as ArrayBuffer).slice(0);
    case Uint8Array.prototype:
      return (value as Uint8Array).slice();
    default:
      return undefined;
  }
}

function refuseInstance(keys: readonly PropertyKey[]): never {
  throw notJson('an instance of a class', keys);
}

/** Of any realm: its prototype is nothing, or something that itself has none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Deeper than this nothing is copied any more. What comes from a parser of JSON is seldom that deep. */
const MAX_FROZEN_DEPTH = 200;

/**
 * A frozen copy of data that is handed out more than once: whoever receives it can neither change what others receive,
 * nor reach what it was made of. What is neither a list nor a plain object is passed on as it is, bytes copied.
 */
export function frozenCopy<T>(value: T): T {
  return frozen(value, 0) as T;
}

function frozen(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === MAX_FROZEN_DEPTH) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozen(item, depth + 1)));
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = frozen((value as Record<string, unknown>)[key], depth + 1);
    // Assigned, `__proto__` would become the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: member, enumerable: true });
    else copy[key] = member;
  }
  return Object.freeze(copy);
}

/** The operation with lists that nobody can change; itself where they are so already, as those that a queue makes. */
export function withFrozenLists<T extends NewOperation>(operation: T): T {
  const { dependsOn, references } = operation;
  if (Object.isFrozen(dependsOn) && Object.isFrozen(references)) return operation;
  return { ...operation, dependsOn: frozenList(dependsOn), references: frozenList(references) };
}

/** The list, where nobody can change it, or a copy of which that is true. */
export function frozenList<T>(list: readonly T[]): readonly T[] {
  if (Object.isFrozen(list)) return list;
  return list.length === 0 ? NONE : frozenCopy(list);
}

/** One for the many that are empty. */
export const NONE: readonly never[] = Object.freeze([]);
