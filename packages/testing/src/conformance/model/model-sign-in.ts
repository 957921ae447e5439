import type { SignInResult, SignInRules } from '@cpc/sync-core';
import { outcomeFor, purgedOutcome } from '@cpc/sync-core/storage-kit';
import { endAll, parkReferring } from './model-ended.js';
import { laneOf, type ModelEntry, rewritten } from './model-entry.js';
import type { ModelQueueData } from './model-queue-data.js';

/** Makes it known who is signed in, and settles what that means for the entries. */
export function signIn(
  data: ModelQueueData,
  principal: string | undefined,
  { adopt = false, purge = [] }: SignInRules,
): SignInResult {
  const { entries } = data;
  data.principal = principal;
  const adopted =
    principal === undefined
      ? []
      : entries.filter((entry) =>
          adopt === true ? isUntouched(entries, entry) : adopt !== false && isNamed(entry, adopt),
        );
  const after = entries.map((entry) =>
    adopted.includes(entry) ? rewritten(entries, entry, { ...entry.operation, principal }) : entry,
  );
  data.entries = after;
  const gone = after.filter(({ operation }) => purge.includes(operation.principal));
  endAll(data, gone, ({ operation }) => outcomeFor(operation, 'discarded'));
  data.outcomes = data.outcomes.map((record) => {
    const { id, sequence } = record;
    return purge.includes(record.principal) ? { ...purgedOutcome(record), id, sequence } : record;
  });
  data.quarantined = data.quarantined.filter(({ raw }) => !purge.includes(ownerOf(raw)));
  parkReferring(data, gone, undefined);
  return { adopted: adopted.map(({ operation }) => operation.id), purged: gone.length };
}

/** Whose a record in quarantine is, which the harness wrote as JSON. */
function ownerOf(raw: Uint8Array): string | undefined {
  return (JSON.parse(new TextDecoder().decode(raw)) as { readonly principal?: string }).principal;
}

/** Nobody's, never attempted, and behind none in its lane that was. */
function isUntouched(entries: readonly ModelEntry[], entry: ModelEntry): boolean {
  if (entry.operation.principal !== undefined) return false;
  return laneOf(entries, entry).every((other) => other.sequence > entry.sequence || !other.attempted);
}

function isNamed({ operation, wait }: ModelEntry, ids: readonly string[]): boolean {
  return operation.principal === undefined && wait !== 'leased' && ids.includes(operation.id);
}
