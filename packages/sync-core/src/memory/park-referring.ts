import type { NewOutcome } from '../ports/outcome-record.js';
import { referenceEnded } from '../rules/ended.js';
import { endedReference, type KnownIds } from '../rules/known-ids.js';
import { outcomeFor } from '../rules/outcomes.js';
import { parkedProgress, type Progress } from '../rules/progress.js';
import type { Entry } from './entry.js';
import type { OperationIndex } from './operation-index.js';

/** An entry that was parked, and how far it had come. */
export interface Parked {
  readonly entry: Entry;
  readonly before: Progress;
  readonly outcome: NewOutcome;
}

/** Parks what mentions a thing that has just ended, unless it is held or being sent. */
export function parkReferring(
  index: OperationIndex,
  temporaryId: string,
  ids: KnownIds,
  at: number | undefined,
): readonly Parked[] {
  const parked: Parked[] = [];
  const referring = [...index.referring(temporaryId)].sort((a, b) => a.sequence - b.sequence);
  for (const entry of referring) {
    const { state, operation, progress: before } = entry;
    if (state !== 'waiting' && state !== 'scheduled' && state !== 'blocked') continue;
    const ended = endedReference(operation, ids);
    if (ended === undefined) continue;
    const failure = referenceEnded(ended);
    index.settle(entry, parkedProgress(before, failure));
    parked.push({ entry, before, outcome: outcomeFor(operation, 'parked', { at, failure }) });
  }
  return parked;
}
