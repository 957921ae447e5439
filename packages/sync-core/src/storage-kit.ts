/**
 * Building blocks for whoever writes a `QueueStorage`: the rules that every storage applies alike, as pure functions,
 * the order of a queue in memory, and the leases on it.
 */
export { finishMixing, mixBytes, mixText, mixWord } from './checksum/mixing.js';
export { Entry } from './memory/entry.js';
export { Heap } from './memory/heap.js';
export { LeaseBook } from './memory/lease-book.js';
export { MemoryQueue } from './memory/memory-queue.js';
export { OutcomeLog } from './memory/outcome-log.js';
export { OperationIndex } from './memory/operation-index.js';
export { Past } from './memory/past.js';
export type { QueueJournal } from './memory/queue-journal.js';
export { inheritOrigin, isElsewhere, originOf } from './operation/origin.js';
export { rewriteReferences } from './operation/rewrite-references.js';
export { type Adoptable, Adoption } from './rules/adoption.js';
export {
  KEPT_OUTCOMES,
  MAX_HISTORY,
  MAX_RESULT_BYTES,
  MOVED_FOLLOWERS,
  REMEMBERED_ASSIGNMENTS,
  REMEMBERED_IDS,
  SUPERSEDING_FOLLOWERS,
} from './rules/bounds.js';
export { REFERENCE_ENDED, referenceEnded } from './rules/ended.js';
export { isEnd, mayTakeMeaning, supersededBy } from './rules/endings.js';
export { decideEnqueue, type EnqueueDecision, type EnqueueQuestions, type Refusal } from './rules/enqueue.js';
export type { Meeting } from './rules/meeting.js';
export { CodecKeys, type KeyCheck, type MetChecks } from './payload/codec-keys.js';
export { appendAttempt } from './rules/history.js';
export {
  ENDED,
  endedReference,
  type Fate,
  followSuccessors,
  type IdLookup,
  isFreed,
  type KnownIds,
  repeatOfPresent,
  successorOf,
  withAssignment,
  withKnownIds,
} from './rules/known-ids.js';
export { isKnown } from './rules/known-kinds.js';
export { type InLane, laneOf } from './rules/lane-of.js';
export { type Listed, matches } from './rules/matches.js';
export type { Joinable, JoinQuestions } from './rules/may-join.js';
export { clampNumber, clampOperation, clampSettlement, clampStored } from './rules/numbers.js';
export {
  firstDueAt,
  type Hold,
  isTooLong,
  type Keeping,
  leaseEndAfterSetting,
  mayRequeue,
  newProgress,
  NO_HISTORY,
  parkedProgress,
  type Progress,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  settledProgress,
  stateOfHold,
} from './rules/progress.js';
export { keptFailure, keptResult, outcomeFor, purgedOutcome } from './rules/outcomes.js';
export { checkReplacements } from './rules/replacements.js';
export { withSuperseded } from './rules/vanishing.js';
export { isMovable, withVersion } from './rules/version-moves.js';
