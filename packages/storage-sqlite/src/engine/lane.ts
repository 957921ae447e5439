import type { InLane } from '@cpc/sync-core/storage-kit';

/** A lane as the tables know it: what `laneOf` names, in its parts. */
export interface Lane {
  readonly entity: string;
  readonly principal: string | null;
}

/** The lane in which an operation stands; `undefined` where it is a lane of its own. */
export function laneIn({ entity, principal }: InLane): Lane | undefined {
  return entity === undefined || entity === null ? undefined : { entity, principal: principal ?? null };
}

export function isInLane({ entity, principal }: InLane, lane: Lane): boolean {
  return entity === lane.entity && (principal ?? null) === lane.principal;
}
