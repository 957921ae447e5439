import type { Transport } from '../ports/transport.js';
import type { SyncQueue } from '../queue/sync-queue.js';
import type { DrainOptions } from './drain-options.js';
import type { ProcessingSummary } from './processing-summary.js';
import { SyncWorker } from './sync-worker.js';
import type { SyncWorkerOptions } from './worker-options.js';

/**
 * Delivers what may go now, each operation once, without a worker: for command lines, tests and cron jobs. Returns
 * when nothing more can go.
 *
 * A function and no method of the queue, so that a page which only enqueues does not load the worker.
 */
export function processQueue(
  queue: SyncQueue,
  transport: Transport,
  options: SyncWorkerOptions & DrainOptions = {},
): Promise<ProcessingSummary> {
  return new SyncWorker({ queue, transport }, options).drain({ waitForDue: false, ...options });
}
