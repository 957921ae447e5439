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
  let level: object[] = [];
  let reason = unsafeValue(root, level);
  for (let depth = 1; reason === undefined && level.length > 0; depth++) {
    if (depth > maxDepth) return `it is nested deeper than ${maxDepth} levels`;
    const next: object[] = [];
    for (const container of level) {
      reason ??= Array.isArray(container)
        ? unsafeItems(container as unknown[], next)
        : unsafeMembers(container as Fields, next);
    }
    level = next;
  }
  return reason;
}

type Fields = Readonly<Record<string, unknown>>;

function unsafeItems(items: readonly unknown[], next: object[]): string | undefined {
  for (const item of items) {
    const reason = unsafeValue(item, next);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Parsed JSON has no inherited members, so that a plain `for … in` sees what is there, without a list of it. */
function unsafeMembers(container: Fields, next: object[]): string | undefined {
  for (const key in container) {
    const member = container[key];
    const unsafe = unsafeMember(key, member);
    if (unsafe !== undefined) return `it has ${unsafe}`;
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

/** @returns why a text must not be stored */
export function unsafeText(text: string): string | undefined {
  return LONE_SURROGATE.test(text) ? 'it has a text that is not valid Unicode' : undefined;
}

/** What is not taken about one member of an object, or `undefined`: a naive merge of it changes every object. */
export function unsafeMember(key: string, member: unknown): string | undefined {
  if (key === '__proto__') return 'a key "__proto__"';
  if (key !== 'constructor' || typeof member !== 'object' || member === null) return undefined;
  return Object.hasOwn(member, 'prototype') ? 'a key "constructor.prototype"' : undefined;
}
