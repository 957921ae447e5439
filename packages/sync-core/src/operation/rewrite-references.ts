import { type JsonBounds, toExactJson } from './exact-json.js';
import type { NewOperation, Reference } from './operation-record.js';
import { isElsewhere } from './origin.js';

/** What was taken once is written again, also where today it would be refused. */
const AS_STORED: JsonBounds = { maxDepth: 1000, anyKey: true };

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
    replaceAt(payload, reference, permanent);
    // By a function, since a text would have its `$` signs interpreted.
    entity = entity?.replaceAll(reference.id, () => permanent);
  }
  if (payload === undefined) return operation;
  const rewritten: T = { ...operation, payload: toExactJson(payload, AS_STORED), references: remaining };
  return entity === undefined ? rewritten : { ...rewritten, entity };
}

/** Writes only where the temporary id still stands: the payload may have been edited or merged since. */
function replaceAt(root: unknown, { path, id }: Reference, permanent: string): void {
  let parent: unknown;
  let value = root;
  let name = '';
  for (const key of path.split('/').slice(1)) {
    name = unescapePointer(key);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return;
    parent = value;
    value = (value as Record<string, unknown>)[name];
  }
  if (value === id) (parent as Record<string, unknown>)[name] = permanent;
}

/** RFC 6901, section 4: `~1` is a slash and `~0` a tilde, in this order. */
function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
