import type { IdAssignment, Settlement } from '@cpc/sync-core';
import { appendAttempt, rewriteReferences } from '@cpc/sync-core/storage-kit';
import { freed, type ModelEntry, newEntry } from './model-entry.js';

/** The entries after one settlement of `entry`, which the settling token holds. */
export function settleEntry(
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
  return renameDependency(changed, entry.operation.id, settled.operation.id);
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
  from: string,
  to: string,
): readonly ModelEntry[] {
  if (from === to) return entries;
  const renamed = (ids: readonly string[]): readonly string[] => ids.map((id) => (id === from ? to : id));
  return entries.map((entry) =>
    entry.waitsFor.includes(from)
      ? {
          ...entry,
          waitsFor: renamed(entry.waitsFor),
          operation: { ...entry.operation, dependsOn: renamed(entry.operation.dependsOn) },
        }
      : entry,
  );
}

function assign(entries: readonly ModelEntry[], { from, to }: IdAssignment): readonly ModelEntry[] {
  const permanentIdOf = (id: string): string | undefined => (id === from ? to : undefined);
  return entries.map((entry) =>
    entry.attempted ? entry : { ...entry, operation: rewriteReferences(entry.operation, permanentIdOf) },
  );
}
