import type { NewOperation, Reference } from './operation-record.js';

/**
 * The empty JSON Pointer means the whole document: a reference with it says that the operation itself is what the
 * id means. So an operation that took another's place is still found under the id that others know.
 */
const ITSELF = '';

/** The id under which others know what the operation creates: its own, or that of the first it took the place of. */
export function originOf({ id, references }: NewOperation): string {
  return references.find(({ path }) => path === ITSELF)?.id ?? id;
}

/** The references of an operation that takes the place of `before`. */
export function inheritOrigin(before: NewOperation, references: readonly Reference[]): readonly Reference[] {
  return [...references.filter(isElsewhere), { path: ITSELF, id: originOf(before) }];
}

/** Whether a reference is to something else than the operation itself. */
export function isElsewhere({ path }: Reference): boolean {
  return path !== ITSELF;
}
