/**
 * Building blocks for whoever writes a `QueueStorage`: the order of a queue in memory, the leases on it, and the
 * pure rules that every storage applies alike.
 */
export { Entry } from './memory/entry.js';
export { LeaseBook } from './memory/lease-book.js';
export { OperationIndex } from './memory/operation-index.js';
export { appendAttempt, MAX_HISTORY } from './operation/history.js';
export { rewriteReferences } from './operation/rewrite-references.js';
