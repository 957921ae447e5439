/**
 * Building blocks for whoever writes a `QueueStorage`: the rules that every storage applies alike, as pure functions,
 * the order of a queue in memory, and the leases on it.
 */
export { finishMixing, mixBytes, mixText, mixWord } from './checksum/mixing.js';
export { Entry } from './memory/entry.js';
export { Heap } from './memory/heap.js';
export { LeaseBook } from './memory/lease-book.js';
export { MemoryQueue } from './memory/memory-queue.js';
export { OperationIndex } from './memory/operation-index.js';
export { Past } from './memory/past.js';
export type { QueueJournal } from './memory/queue-journal.js';
export { rewriteReferences } from './operation/rewrite-references.js';
export { type Adoptable, Adoption } from './rules/adoption.js';
export { MAX_HISTORY, MOVED_FOLLOWERS, REMEMBERED_ASSIGNMENTS, REMEMBERED_IDS } from './rules/bounds.js';
export {
  decideEnqueue,
  type EnqueueDecision,
  type EnqueueQuestions,
  type Joining,
  type Refusal,
} from './rules/enqueue.js';
export { CodecKeys, type KeyCheck } from './payload/codec-keys.js';
export { appendAttempt } from './rules/history.js';
export {
  type Fate,
  followSuccessors,
  type IdLookup,
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
  mayRequeue,
  newProgress,
  NO_HISTORY,
  type Progress,
  replacedProgress,
  requeuedProgress,
  restoredProgress,
  settledProgress,
} from './rules/progress.js';
export { checkReplacements } from './rules/replacements.js';
export { isMovable, withVersion } from './rules/version-moves.js';
