import type { Conflict, ConflictResolver, Resolution } from '../ports/conflict-resolver.js';

export interface FieldMergeOptions {
  /**
   * What the payloads are: whole records, where a field that is absent was removed, or patches, where it was left alone
   * and the merged value is a patch too. Where nobody says, a payload that lacks a field which the person saw and the
   * server has could be either: nothing is dropped on a guess, and the operation is deferred to a person.
   *
   * @defaultValue unknown
   */
  readonly payload?: 'record' | 'patch';
  /** What happens where both sides changed a field to different values. @defaultValue 'local' */
  readonly onClash?: 'local' | 'remote' | 'defer';
  /** Names of fields whose arrays are sets: what either side added or removed is added or removed. */
  readonly sets?: readonly string[];
  /** Rules by the names of their fields, for what both sides changed: a patch of a nested value, a sum. */
  readonly rules?: Readonly<Record<string, FieldRule>>;
}

/** The values of a field that both sides changed differently; `undefined` where a side does not have it. */
export interface FieldSides {
  readonly base: unknown;
  readonly local: unknown;
  readonly remote: unknown;
}

/** Merges one field. `undefined` says that it cannot: a clash. */
export type FieldRule = (sides: FieldSides) => { readonly value: unknown } | undefined;

/** The fields of a value, without a prototype, so that `__proto__` is a field like any other. */
type Fields = Record<string, unknown>;

/**
 * Three-way merge by top-level field: what only one side changed since the base is taken from that side; what
 * both changed alike is kept; the rest is a clash. Arrays are values, or sets where `sets` names their field.
 * Without a base, every field that both have and that differs is a clash. Values that are not objects are one clash as a whole.
 *
 * `onClash: 'defer'` defers the whole operation, and a person's `use-local` then overwrites what the other side changed
 * elsewhere too. To keep that, merge by field first, then set the person's value, and decide with `merge`.
 */
export function fieldMerge(options: FieldMergeOptions = {}): ConflictResolver {
  const { onClash = 'local', sets = [], rules = {}, payload } = options;
  return {
    resolve({ local, remote, base }: Conflict): Resolution {
      const mine = fieldsOf(local);
      const theirs = fieldsOf(remote.value);
      if (mine === undefined || theirs === undefined) return clash(onClash);
      const before = fieldsOf(base) ?? (Object.create(null) as Fields);
      const merged = Object.create(null) as Fields;
      if (payload === undefined && isUnclear(before, mine, theirs)) return { kind: 'defer' };
      const inherited = payload === 'patch' ? [] : Object.keys(theirs);
      for (const key of new Set([...inherited, ...Object.keys(mine)])) {
        const rule = Object.hasOwn(rules, key) ? rules[key] : sets.includes(key) ? mergeSets : undefined;
        const value = mergeField(read(before, key), read(mine, key), read(theirs, key), rule);
        if (value === CLASH && onClash === 'defer') return { kind: 'defer' };
        const chosen = value === CLASH ? read(onClash === 'local' ? mine : theirs, key) : value;
        if (chosen !== undefined) merged[key] = chosen;
      }
      return { kind: 'merge', value: merged };
    },
  };
}

/** Whether a field that the person saw is absent from their payload, though the server still has it. */
function isUnclear(before: Fields, mine: Fields, theirs: Fields): boolean {
  return Object.keys(before).some((key) => !Object.hasOwn(mine, key) && Object.hasOwn(theirs, key));
}

const CLASH = Symbol('clash');

function mergeField(base: unknown, mine: unknown, theirs: unknown, rule: FieldRule | undefined): unknown {
  if (isEqual(mine, theirs) || isEqual(mine, base)) return theirs;
  if (isEqual(theirs, base)) return mine;
  const merged = rule?.({ base, local: mine, remote: theirs });
  return merged === undefined ? CLASH : merged.value;
}

/** What the server holds, without what this side removed, with what this side added. */
function mergeSets({ base, local, remote }: FieldSides): { readonly value: unknown } | undefined {
  if (!Array.isArray(local) || !Array.isArray(remote)) return undefined;
  const [mine, theirs] = [local as readonly unknown[], remote as readonly unknown[]];
  const before = Array.isArray(base) ? (base as readonly unknown[]) : [];
  const has = (list: readonly unknown[], item: unknown): boolean =>
    list.some((other) => isEqual(other, item));
  const kept = theirs.filter((item) => has(mine, item) || !has(before, item));
  return { value: [...kept, ...mine.filter((item) => !has(before, item) && !has(theirs, item))] };
}

function clash(onClash: 'local' | 'remote' | 'defer'): Resolution {
  return { kind: onClash === 'defer' ? 'defer' : `use-${onClash}` };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** `undefined` where the field is absent: JSON has no other. */
function read(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Equality of JSON values; the order of keys does not matter. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual((a as Fields)[key], (b as Fields)[key]))
  );
}
