import type { InLane } from '@cpc/sync-core/storage-kit';
import { HOLD, type Place } from './place.js';

/** A lane as the tables know it: what `laneOf` names, in its parts. */
export interface Lane {
  readonly entity: string;
  readonly principal: string | null;
}

/** The lane in which an operation stands; `undefined` where it is a lane of its own, or was put aside. */
export function laneIn({
  entity,
  principal,
  place,
}: InLane & { readonly place?: Pick<Place, 'hold'> }): Lane | undefined {
  if (entity === undefined || entity === null || place?.hold === HOLD.aside) return undefined;
  return { entity, principal: principal ?? null };
}

export function isInLane({ entity, principal }: InLane, lane: Lane): boolean {
  return entity === lane.entity && (principal ?? null) === lane.principal;
}
