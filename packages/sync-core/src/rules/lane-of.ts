/** What tells an operation's lane. */
export interface InLane {
  readonly entity?: string | null | undefined;
  readonly principal?: string | null | undefined;
}

/** Begins the names that a principal's lanes have. No entity that came through a queue holds it. */
const MARK = '\u0000';

/**
 * The lane in which an operation stands: those of one entity and one principal, which go one after the other, in the
 * order of their sequences. `undefined` where it is a lane of its own. What has no principal is one more person's.
 */
export function laneOf({ entity, principal }: InLane): string | undefined {
  if (entity === undefined || entity === null) return undefined;
  // With the length in front, so that no two pairs have one name.
  if (principal !== undefined && principal !== null)
    return `${MARK}${principal.length}:${principal}${entity}`;
  return entity.startsWith(MARK) ? `${MARK}:${entity}` : entity;
}
