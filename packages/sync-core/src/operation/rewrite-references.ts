import { toExactJson } from './exact-json.js';
import type { NewOperation, Reference } from './operation-record.js';
import { isElsewhere } from './origin.js';

/**
 * Puts permanent ids in the place of temporary ones: in the payload, at the paths that the operation declares,
 * and in the entity, wherever the temporary id stands in it.
 *
 * @param permanentIdOf - the permanent id of a temporary one, `undefined` while there is none
 * @returns the operation itself where nothing changed
 */
export function rewriteReferences<T extends NewOperation>(
  operation: T,
  permanentIdOf: (temporaryId: string) => string | undefined,
): T {
  const remaining: Reference[] = [];
  let payload: unknown;
  let entity = operation.entity;
  for (const reference of operation.references) {
    const permanent = isElsewhere(reference) ? permanentIdOf(reference.id) : undefined;
    if (permanent === undefined) {
      remaining.push(reference);
      continue;
    }
    payload ??= JSON.parse(operation.payload);
    setAt(payload, reference.path, permanent);
    entity = entity?.replaceAll(reference.id, permanent);
  }
  if (payload === undefined) return operation;
  const rewritten: T = { ...operation, payload: toExactJson(payload), references: remaining };
  return entity === undefined ? rewritten : { ...rewritten, entity };
}

function setAt(root: unknown, path: string, value: string): void {
  const keys = path.split('/').slice(1).map(unescapePointer);
  const last = keys.pop();
  let parent = root;
  for (const key of keys) parent = (parent as Record<string, unknown>)[key];
  if (last !== undefined) (parent as Record<string, unknown>)[last] = value;
}

/** RFC 6901, section 4: `~1` is a slash and `~0` a tilde, in this order. */
function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
