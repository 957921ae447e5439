/**
 * Building blocks for whoever writes a `QueueStorage`: the order of a queue in memory, the leases on it, and the
 * pure rules that every storage applies alike.
 */
export { finishMixing, mixBytes, mixText, mixWord } from './checksum/mixing.js';
export { REMEMBERED_ASSIGNMENTS } from './memory/assignments.js';
export { Entry } from './memory/entry.js';
export { applyKeptState, keptStateOf, type KeptState } from './memory/kept-state.js';
export { LeaseBook } from './memory/lease-book.js';
export { MemoryQueue, MOVED_FOLLOWERS } from './memory/memory-queue.js';
export { OperationIndex } from './memory/operation-index.js';
export {
  type Fate,
  followSuccessors,
  type IdLookup,
  Past,
  REMEMBERED_IDS,
  successorOf,
} from './memory/past.js';
export type { QueueJournal } from './memory/queue-journal.js';
export { appendAttempt, MAX_HISTORY } from './operation/history.js';
export { rewriteReferences } from './operation/rewrite-references.js';
