import type { ReceiverOptions } from './receiver-options.js';

/** Fills in what is not given and checks the rest, once. */
export function resolveOptions(options: ReceiverOptions): Required<ReceiverOptions> {
  return {
    path: pathOf(options.path ?? '/operations'),
    maxPayloadBytes: positive('maxPayloadBytes', options.maxPayloadBytes ?? 256_000),
    maxBatchBytes: positive('maxBatchBytes', options.maxBatchBytes ?? 4_000_000),
    maxBatchSize: positive('maxBatchSize', options.maxBatchSize ?? 1_000),
    maxDepth: positive('maxDepth', options.maxDepth ?? 64),
    maxConcurrent: positive('maxConcurrent', options.maxConcurrent ?? 1_000),
    retryAfterSeconds: positive('retryAfterSeconds', options.retryAfterSeconds ?? 2),
    challenge: options.challenge ?? 'Bearer',
  };
}

function pathOf(path: string): string {
  if (/^(\/[^/?#]+)+$/.test(path)) return path;
  throw new TypeError(`path takes a path such as /operations; got ${JSON.stringify(path)}`);
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
