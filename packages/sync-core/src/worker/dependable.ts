import { ExponentialBackoff } from '../backoff/backoff.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { EventHub } from '../queue/event-hub.js';

const FALLBACK = new ExponentialBackoff({ jitter: 'equal' });

/**
 * A backoff of the app's that always answers: where it throws, or gives no length of time, the library's own wait takes
 * its place, and the failure is told the first time. A wait must not decide whether a batch is settled.
 */
export function dependable(backoff: BackoffStrategy, hub: EventHub): BackoffStrategy {
  const tell = hub.guarded((error: unknown) => {
    throw error;
  }, 'RULES_FAILED');
  return {
    delayMs: (attempt, previousDelayMs, random) => {
      try {
        const delayMs = backoff.delayMs(attempt, previousDelayMs, random);
        if (delayMs >= 0) return delayMs;
        throw new RangeError(`A backoff gives milliseconds from 0 on, but gave ${delayMs}.`);
      } catch (error) {
        tell(error);
        return FALLBACK.delayMs(attempt, previousDelayMs, random);
      }
    },
  };
}
