/** What is known of the operations that lie over a copy. */
export interface OverlayEdgeParts {
  /** The entities that each operation touches. */
  readonly touches: ReadonlyMap<string, ReadonlySet<string>>;
  /** Operations of which nobody can tell whether the copy holds them: they may have been sent. */
  readonly uncertain: Iterable<string>;
  /** Operations that the copy holds. */
  readonly reached: Iterable<string>;
}

export interface OverlayEdge {
  /** What is to be shown as it was before, since it may hold an operation that lies over it. */
  readonly frozen: ReadonlySet<string>;
  /** Operations that no longer lie over the copy. */
  readonly over: ReadonlySet<string>;
}

/**
 * Where the copy ends and what lies over it begins.
 *
 * While an operation is on its way, the copy may have it already: a feed can be quicker than an acknowledgement, and an
 * answer may be lost. So the records that it touches are frozen, as they were before it was sent, until it is known where
 * it stands. One that the copy holds, but that touches something frozen, stays laid over as well, with all that it
 * touches: no operation is there by half.
 */
export function overlayEdge({ touches, uncertain, reached }: OverlayEdgeParts): OverlayEdge {
  const frozen = new Set<string>();
  const freeze = (id: string): void => {
    for (const entity of touches.get(id) ?? []) frozen.add(entity);
  };
  for (const id of uncertain) freeze(id);
  const over = new Set(reached);
  for (let isMoving = frozen.size > 0; isMoving;) {
    isMoving = false;
    for (const id of over) {
      if (![...(touches.get(id) ?? [])].some((entity) => frozen.has(entity))) continue;
      over.delete(id);
      freeze(id);
      isMoving = true;
    }
  }
  return { frozen, over };
}
