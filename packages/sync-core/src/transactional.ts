/** The app's own write and an operation in one transaction, for storages that join the app's transactions. */
export {
  type EnqueueIn,
  enqueueTogether,
  type TogetherParts,
  type TransactionalStorage,
} from './transactional/enqueue-together.js';
