import type { FieldRule, FieldSides } from '@cpc/sync-core';
import { applyPatch, createPatch } from 'rfc6902';

/**
 * A rule of `fieldMerge` for a field with nested objects: what this side changed since the base, as a JSON Patch (RFC
 * 6902), is applied to what the server holds. Both sides may change different members at any depth.
 *
 * It is a clash where both changed the same member, or one a member within what the other changed; where both changed
 * the same array, since positions in it mean different items on both sides; and where there is no base.
 *
 * ```ts
 * fieldMerge({ rules: { settings: jsonPatch() } })
 * ```
 */
export function jsonPatch(): FieldRule {
  return ({ base, local, remote }: FieldSides) => {
    if (base === undefined || local === undefined || remote === undefined) return undefined;
    const theirs = createPatch(base, remote);
    const known = new Set(theirs.map((step) => JSON.stringify(step)));
    // What both did alike is done.
    const mine = createPatch(base, local).filter((step) => !known.has(JSON.stringify(step)));
    const scopes = theirs.map(({ path }) => scopeOf(path, base));
    if (mine.some((step) => !isFree(step.path, base, scopes))) return undefined;
    const value = structuredClone(remote);
    const isApplied = applyPatch(value, mine).every((error) => error === null);
    return isApplied ? { value } : undefined;
  };
}

/** Names that would reach beyond the value. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

function isFree(path: string, base: unknown, others: readonly (readonly string[])[]): boolean {
  const scope = scopeOf(path, base);
  if (tokensOf(path).some((token) => UNSAFE.has(token))) return false;
  return !others.some((other) => isWithin(scope, other) || isWithin(other, scope));
}

function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.every((token, index) => inner[index] === token);
}

/** What a step touches: its member, or the whole of the outermost array that it lies in. */
function scopeOf(path: string, base: unknown): readonly string[] {
  const tokens = tokensOf(path);
  let value = base;
  for (const [depth, token] of tokens.entries()) {
    if (Array.isArray(value)) return tokens.slice(0, depth);
    value = isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
  }
  return tokens;
}

/** The names of a JSON Pointer (RFC 6901). */
function tokensOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
