import type { NewOutcome } from '@cpc/sync-core';
import { ENDED, originOf, outcomeFor, REFERENCE_ENDED, referenceEnded } from '@cpc/sync-core/storage-kit';
import { freed, laneOf, type ModelEntry, waitsFor } from './model-entry.js';
import { endedReference } from './model-past.js';
import { keep, type ModelQueueData } from './model-queue-data.js';

/** An entry leaves undelivered. */
export function end(data: ModelQueueData, entry: ModelEntry, outcome: NewOutcome | undefined): void {
  endAll(data, [entry], () => outcome);
}

/** Entries leave undelivered, one after the other. */
export function endAll(
  data: ModelQueueData,
  gone: readonly ModelEntry[],
  outcomeOf: (entry: ModelEntry) => NewOutcome | undefined,
): void {
  const left = new Set(gone);
  data.entries = data.entries.filter((entry) => !left.has(entry));
  for (const entry of gone) {
    const { id } = entry.operation;
    data.past.set(id, ENDED);
    const outcome = outcomeOf(entry);
    if (outcome !== undefined) keep(data, id, outcome);
  }
}

/** Parks what mentions what these entries would have made. */
export function parkReferring(
  data: ModelQueueData,
  ended: readonly ModelEntry[],
  at: number | undefined,
): void {
  for (const { operation } of ended) {
    for (const entry of data.entries) {
      const mentions = entry.operation.references.some(({ id }) => id === originOf(operation));
      if (mentions && (entry.wait === 'none' || entry.wait === 'scheduled')) park(data, entry, at);
    }
  }
}

/** Parks an entry where it mentions what never came to be. */
export function park(data: ModelQueueData, entry: ModelEntry, at: number | undefined): void {
  const id = endedReference(data, entry.operation);
  if (id === undefined) return;
  const failure = referenceEnded(id);
  const parked: ModelEntry = { ...freed(entry), wait: 'parked', failure };
  data.entries = data.entries.map((other) => (other === entry ? parked : other));
  keep(data, entry.operation.id, outcomeFor(entry.operation, 'parked', { at, failure }));
}

/** Frees what was parked for a thing that it mentions no more. */
export function free(data: ModelQueueData): void {
  data.entries = data.entries.map((entry) => {
    if (entry.wait !== 'parked' || entry.failure?.code !== REFERENCE_ENDED) return entry;
    const { id } = entry.failure.details as { readonly id: string };
    const isNamed = entry.operation.references.some((reference) => reference.id === id);
    const mentionsEnded = endedReference(data, entry.operation) !== undefined;
    return isNamed || mentionsEnded ? entry : { ...freed(entry), attempts: 0 };
  });
}

/** The entries with all that waits for them or mentions them, directly or not, but for what is being sent. */
export function allFollowersOf(
  entries: readonly ModelEntry[],
  named: readonly ModelEntry[],
): readonly ModelEntry[] {
  const found = new Set(named);
  // The set grows while it is walked.
  for (const one of found) {
    const lane = laneOf(entries, one);
    const origin = originOf(one.operation);
    for (const other of entries) {
      const isBehind = lane.includes(other) && other.sequence > one.sequence;
      const mentions = other.operation.references.some(({ id }) => id === origin);
      if (other.wait !== 'leased' && (isBehind || mentions || waitsFor(other, one))) found.add(other);
    }
  }
  return entries.filter((entry) => found.has(entry));
}
