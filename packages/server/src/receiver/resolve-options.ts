import { LIMITS } from '@cpc/protocol';
import { mountPath } from '../store/mount-path.js';
import { positiveInteger } from '../store/positive-integer.js';
import { platformNow } from '../store/store-defaults.js';
import type { ReceiverOptions } from './receiver-options.js';

/** Fills in what is not given and checks the rest, once. */
export function resolveOptions(options: ReceiverOptions): Required<ReceiverOptions> {
  return {
    path: mountPath(options.path ?? '/operations'),
    maxPayloadBytes: positiveInteger('maxPayloadBytes', options.maxPayloadBytes ?? LIMITS.maxPayloadBytes),
    maxBatchBytes: positiveInteger('maxBatchBytes', options.maxBatchBytes ?? LIMITS.maxBatchBytes),
    maxBatchSize: positiveInteger('maxBatchSize', options.maxBatchSize ?? LIMITS.maxBatchSize),
    maxDepth: positiveInteger('maxDepth', options.maxDepth ?? LIMITS.maxDepth),
    maxConcurrent: positiveInteger('maxConcurrent', options.maxConcurrent ?? 1_000),
    retryAfterSeconds: positiveInteger('retryAfterSeconds', options.retryAfterSeconds ?? 2),
    now: options.now ?? platformNow,
    challenge: options.challenge ?? 'Bearer',
  };
}
