import type { IdAssignment, Settlement, SettleResult, VersionChange } from '@cpc/sync-core';
import { appendAttempt, rewriteReferences } from '@cpc/sync-core/storage-kit';
import type { ModelQueueData } from './model-queue-data.js';
import { withSuccessors } from './model-past.js';
import { freed, type ModelEntry, newEntry, waitsFor } from './model-entry.js';

export function isHeld({ entries }: ModelQueueData, token: number, id: string): boolean {
  const entry = entries.find(({ operation }) => operation.id === id);
  return entry?.wait === 'leased' && entry.token === token;
}

/** One settlement, if `token` holds the operation. */
export function settle(data: ModelQueueData, token: number, settlement: Settlement): SettleResult {
  const entry = data.entries.find(({ operation }) => operation.id === settlement.id);
  if (entry === undefined || !isHeld(data, token, settlement.id)) return 'stale';
  if (settlement.kind === 'replace') {
    data.past.set(settlement.id, settlement.operation.id);
    const operation = withSuccessors(data, settlement.operation);
    data.entries = settleEntry(data.entries, entry, { ...settlement, operation });
    return 'settled';
  }
  if (settlement.kind === 'remove' && settlement.version)
    data.entries = moved(data.entries, entry, settlement.version);
  data.entries = settleEntry(data.entries, entry, settlement);
  if (settlement.kind !== 'remove') return 'settled';
  data.past.set(settlement.id, null);
  if (settlement.assign) data.assignments.set(settlement.assign.from, settlement.assign.to);
  return 'settled';
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
        wait: settlement.state,
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
  return entries.map((entry) =>
    entry.attempted ? entry : { ...entry, operation: rewriteReferences(entry.operation, permanentIdOf) },
  );
}
