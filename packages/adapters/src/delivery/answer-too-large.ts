import { SyncError, type DeliveryOutcome, type SyncFailure } from '@cpc/sync-core';
import type { Run } from './runs.js';
import type { RunResult } from './send-runs.js';

/** An answer that was not read to its end, because it has more bytes than may be held. */
export class AnswerTooLarge extends SyncError {
  constructor(maxBytes: number) {
    super(
      'NETWORK_CAPTIVE',
      `The answer has more than ${maxBytes} bytes. If it is the server’s, give a larger maxAnswerBytes.`,
    );
  }
}

/**
 * What it means for the operations: the answers to fewer of them may fit, and repeating is safe. One whose own answer
 * is too large got none that can be believed.
 */
export function outcomeOfLargeAnswer(run: Run, { code, message }: SyncFailure): RunResult {
  const alone: DeliveryOutcome = { kind: 'unreachable', reason: { code, message } };
  return run.operations.length > 1 ? 'halve' : alone;
}
