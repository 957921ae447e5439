import { LISTED_ENTITIES } from '../ports/bounds.js';
import type { ReplicaCommit } from '../ports/replica-store.js';

/** A step for those who follow: with its entities, unless they are too many. */
export function commitOf(revision: number, entities: Iterable<string> | undefined): ReplicaCommit {
  const distinct = new Set(entities);
  return entities === undefined || distinct.size > LISTED_ENTITIES
    ? { revision }
    : { revision, entities: [...distinct] };
}

/** The steps behind a revision; `undefined` where the oldest that is kept does not follow on it. */
export function commitsBehind(
  kept: readonly ReplicaCommit[],
  revision: number,
  latest: number,
): readonly ReplicaCommit[] | undefined {
  if (revision === latest) return [];
  const behind = kept.filter((commit) => commit.revision > revision);
  return behind[0]?.revision === revision + 1 ? behind : undefined;
}
