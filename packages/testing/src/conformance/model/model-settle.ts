import type { IdAssignment, Settlement, SettleResult, VersionChange } from '@cpc/sync-core';
import { appendAttempt, rewriteReferences } from '@cpc/sync-core/storage-kit';
import { end, free, park, parkReferring } from './model-ended.js';
import { freed, laneOf, type ModelEntry, newEntry, rewritten, waitsFor } from './model-entry.js';
import { withSuccessors } from './model-past.js';
import { keep, type ModelQueueData } from './model-queue-data.js';

export function isHeld({ entries }: ModelQueueData, token: number, id: string): boolean {
  const entry = entries.find(({ operation }) => operation.id === id);
  return entry?.wait === 'leased' && entry.token === token;
}

/** One settlement, if `token` holds the operation. */
export function settle(data: ModelQueueData, token: number, settlement: Settlement): SettleResult {
  const { id, outcome } = settlement;
  const entry = data.entries.find(({ operation }) => operation.id === id);
  if (entry === undefined || !isHeld(data, token, id)) return 'stale';
  const superseding = settlement.kind === 'hold' ? supersedingOf(data.entries, entry, settlement) : undefined;
  if (superseding !== undefined) {
    const into = superseding.operation.id;
    end(data, entry, outcome && { ...outcome, outcome: 'superseded', into });
    parkReferring(data, [entry], outcome?.at);
    return 'superseded';
  }
  if (settlement.kind === 'remove' && outcome !== undefined && outcome.outcome !== 'acknowledged') {
    end(data, entry, outcome);
    parkReferring(data, [entry], outcome.at);
    return 'settled';
  }
  if (outcome !== undefined) keep(data, id, outcome);
  if (settlement.kind === 'remove') settleRemoval(data, entry, settlement);
  else settleStaying(data, entry, settlement);
  return 'settled';
}

function settleRemoval(
  data: ModelQueueData,
  entry: ModelEntry,
  settlement: Extract<Settlement, { kind: 'remove' }>,
): void {
  const { version, assign: assignment } = settlement;
  if (version) data.entries = moved(data.entries, entry, version);
  data.entries = settleEntry(data.entries, entry, settlement);
  data.past.set(settlement.id, null);
  if (assignment === undefined) return;
  data.assignments.set(assignment.from, assignment.to);
  free(data);
}

function settleStaying(data: ModelQueueData, entry: ModelEntry, settlement: Staying): void {
  if (settlement.kind !== 'replace') {
    data.entries = settleEntry(data.entries, entry, settlement);
    return;
  }
  const { id } = settlement.operation;
  data.past.set(settlement.id, id);
  const operation = withSuccessors(data, settlement.operation);
  data.entries = settleEntry(data.entries, entry, { ...settlement, operation });
  const placed = data.entries.find((other) => other.operation.id === id) as ModelEntry;
  park(data, placed, settlement.outcome?.at);
}

/** The one behind an entry that takes its meaning, where its settlement lets it. */
function supersedingOf(
  entries: readonly ModelEntry[],
  entry: ModelEntry,
  { state, afterFailure }: Extract<Settlement, { kind: 'hold' }>,
): ModelEntry | undefined {
  if (state !== 'deadLetter' || afterFailure !== 'supersede') return undefined;
  if (entries.some((other) => waitsFor(other, entry))) return undefined;
  const { kind, principal } = entry.operation;
  return laneOf(entries, entry)
    .filter(({ sequence }) => sequence > entry.sequence)
    .slice(0, 100)
    .find(({ operation }) => operation.kind === kind && operation.principal === principal);
}

/** The entries after one settlement of `entry`, which the settling token holds. */
function settleEntry(
  entries: readonly ModelEntry[],
  entry: ModelEntry,
  settlement: Settlement,
): readonly ModelEntry[] {
  if (settlement.kind === 'remove') {
    const rest = entries.filter((other) => other !== entry);
    return settlement.assign ? assign(rest, settlement.assign) : rest;
  }
  const history = appendAttempt(entry.history, settlement.attempt);
  const settled = { ...settledEntry(entries, entry, settlement), history };
  const changed = entries.map((other) => (other === entry ? settled : other));
  return renameDependency(changed, entry, settled.operation.id);
}

type Staying = Exclude<Settlement, { kind: 'remove' }>;

function settledEntry(entries: readonly ModelEntry[], entry: ModelEntry, settlement: Staying): ModelEntry {
  switch (settlement.kind) {
    case 'reschedule':
      return {
        ...freed(entry),
        wait: 'scheduled',
        dueAt: settlement.dueAt,
        delayMs: settlement.delayMs,
        attempts: entry.attempts + Number(settlement.counts),
      };
    case 'release':
      return { ...freed(entry), attempted: settlement.sent || entry.attemptedBefore };
    case 'hold':
      return {
        ...freed(entry),
        attempted: settlement.sent !== false || entry.attemptedBefore,
        wait:
          settlement.state === 'deadLetter' && settlement.afterFailure === 'skip'
            ? 'aside'
            : settlement.state,
        failure: settlement.failure,
        attempts: entry.attempts + Number(settlement.counts),
      };
    case 'replace':
      return replacement(entries, entry, settlement.operation);
  }
}

/** Another operation in the place of `entry`: same sequence, history kept, going at once. */
export function replacement(
  entries: readonly ModelEntry[],
  entry: ModelEntry,
  operation: ModelEntry['operation'],
): ModelEntry {
  const ahead = entries.filter((other) => other.sequence < entry.sequence);
  return { ...freed(newEntry(operation, entry.sequence, ahead)), history: entry.history };
}

/** What waited for a replaced operation waits for the one in its place. */
export function renameDependency(
  entries: readonly ModelEntry[],
  replaced: ModelEntry,
  to: string,
): readonly ModelEntry[] {
  const from = replaced.operation.id;
  if (from === to) return entries;
  const renamed = (ids: readonly string[]): readonly string[] => ids.map((id) => (id === from ? to : id));
  return entries.map((entry) =>
    waitsFor(entry, replaced)
      ? {
          ...entry,
          waitsFor: renamed(entry.waitsFor),
          operation: { ...entry.operation, dependsOn: renamed(entry.operation.dependsOn) },
        }
      : entry,
  );
}

/** Those behind `entry` that were made on top of the same version stand on the new one. */
function moved(
  entries: readonly ModelEntry[],
  { sequence, operation }: ModelEntry,
  { from, to }: VersionChange,
): readonly ModelEntry[] {
  const isBehind = (other: ModelEntry): boolean =>
    other.sequence > sequence &&
    other.operation.entity === operation.entity &&
    other.operation.principal === operation.principal;
  return entries.map((other) =>
    operation.entity !== undefined &&
    isBehind(other) &&
    !other.attempted &&
    other.operation.baseVersion === from
      ? { ...other, operation: { ...other.operation, baseVersion: to } }
      : other,
  );
}

function assign(entries: readonly ModelEntry[], { from, to }: IdAssignment): readonly ModelEntry[] {
  const permanentIdOf = (id: string): string | undefined => (id === from ? to : undefined);
  return entries.map((entry) => {
    const operation = rewriteReferences(entry.operation, permanentIdOf);
    return entry.attempted || operation === entry.operation ? entry : rewritten(entries, entry, operation);
  });
}
