import type { ClaimRequest, KnownKinds, Principals } from '@cpc/sync-core';
import { blockersOf, effectiveRank, freed, laneOf, type ModelEntry, stateOf } from './model-entry.js';

/** Leases that ended lapse, and schedules that are due end. */
export function atTime(entries: readonly ModelEntry[], now: number): readonly ModelEntry[] {
  return entries.map((entry) =>
    (entry.wait === 'leased' || entry.wait === 'scheduled') && entry.dueAt <= now ? freed(entry) : entry,
  );
}

/** What the claim receives, in order; `entries` are as they stand at its time. */
export function claimable(entries: readonly ModelEntry[], request: ClaimRequest): readonly ModelEntry[] {
  const mine = (entry: ModelEntry): boolean =>
    isFor(entry, request.principals) && isKnown(entry, request.knows);
  const heads = entries
    .filter((entry) => stateOf(entries, entry) === 'waiting' && mine(entry))
    .map((entry) => ({ entry, rank: effectiveRank(entries, entry) }))
    .sort((a, b) => b.rank - a.rank || a.entry.sequence - b.entry.sequence);
  return heads
    .flatMap(({ entry }) => run(entries, entry, request.perEntity ?? 1, mine))
    .slice(0, request.limit);
}

/** The head and those right behind it that only the lane holds back. */
function run(
  entries: readonly ModelEntry[],
  head: ModelEntry,
  perEntity: number,
  mine: (entry: ModelEntry) => boolean,
): readonly ModelEntry[] {
  const lane = laneOf(entries, head).slice(0, perEntity);
  const onlyLaneHolds = (entry: ModelEntry): boolean =>
    entry.wait === 'none' &&
    mine(entry) &&
    blockersOf(entries, entry).every(
      (blocker) => blocker === head && !entry.waitsFor.includes(head.operation.id),
    );
  const end = lane.findIndex((entry) => !onlyLaneHolds(entry));
  return end < 0 ? lane : lane.slice(0, end);
}

export function isFor(entry: ModelEntry, principals: Principals | undefined): boolean {
  return principals === undefined || principals.includes(entry.operation.principal);
}

export function isKnown(
  { operation: { kind, version } }: ModelEntry,
  knows: KnownKinds | undefined,
): boolean {
  return knows === undefined || version <= (knows.get(kind) ?? -Infinity);
}
