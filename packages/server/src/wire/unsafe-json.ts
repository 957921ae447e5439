/**
 * Why parsed JSON is not safe to store, sign or merge, or `undefined`.
 *
 * - A key `__proto__`, or a `prototype` inside a `constructor`: copied by a naive merge, they change every object
 *   of the process.
 * - A lone surrogate: it does not survive UTF-8, so what is stored would not be what was sent.
 * - More than `maxDepth` levels: recursive code, `JSON.stringify` among it, runs out of stack.
 *
 * It walks without recursion, for the third reason.
 */
export function unsafeJson(root: unknown, maxDepth: number): string | undefined {
  let level: object[] = [[root]];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return `it is nested deeper than ${maxDepth} levels`;
    const next: object[] = [];
    for (const container of level) {
      const reason = Array.isArray(container)
        ? unsafeItems(container as unknown[], next)
        : unsafeMembers(container, next);
      if (reason !== undefined) return reason;
    }
    level = next;
  }
  return undefined;
}

function unsafeItems(items: readonly unknown[], next: object[]): string | undefined {
  for (const item of items) {
    const reason = unsafeValue(item, next);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unsafeMembers(container: object, next: object[]): string | undefined {
  for (const [key, member] of Object.entries(container)) {
    if (key === '__proto__') return 'it has a key "__proto__"';
    if (key === 'constructor' && isObjectWith(member, 'prototype'))
      return 'it has a key "constructor.prototype"';
    const reason = unsafeText(key) ?? unsafeValue(member, next);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Checks a text at once, and puts a container aside for the next level. */
function unsafeValue(value: unknown, next: object[]): string | undefined {
  if (typeof value === 'string') return unsafeText(value);
  if (typeof value === 'object' && value !== null) next.push(value);
  return undefined;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function unsafeText(text: string): string | undefined {
  return LONE_SURROGATE.test(text) ? 'it has a text that is not valid Unicode' : undefined;
}

function isObjectWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
