import { checkInteger } from '../operation/check.js';
import { decide, type DeliveryPolicy, type DeliveryRules } from '../outcome/decide.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { RandomSource } from '../ports/random-source.js';
import type { SyncQueue } from '../queue/sync-queue.js';
import { BoundedLines } from './bounded-lines.js';
import { type RedactableField, redacted } from './redacted.js';
import {
  type Asked,
  TRACE_FORMAT,
  TRACE_VERSION,
  type TraceHeader,
  type TraceLine,
  type TracePolicy,
} from './trace-format.js';
import { contextOf } from '../queue/queue-context.js';

export interface TraceRecorderOptions {
  /** The trace never holds more than its latest bytes, in UTF-8; the header comes on top. @defaultValue 1_000_000 */
  readonly maxBytes?: number;
  /** What else must not leave the device. @defaultValue none: names, ids, codes and messages stay */
  readonly redact?: readonly RedactableField[];
}

/**
 * Keeps what one worker decides, and what happens around it, for somebody who was not there. Payloads, answers of the
 * server and details of failures are redacted as they come; kinds, ids, entities, principals, codes and messages stay,
 * unless `redact` names them.
 *
 * ```ts
 * const trace = new TraceRecorder();
 * const worker = new SyncWorker({ queue, transport, rules: trace.rules });
 * const stop = trace.listen(queue);
 * // …and when something is odd:
 * await send([...trace.lines()].join(''));
 * ```
 *
 * `replay` of `@cpc/testing` makes the same decisions again and says where they part.
 */
export class TraceRecorder {
  /** The rules of the library, recorded. For one worker. */
  readonly rules: DeliveryRules = (operation, outcome, policy, now) => {
    const asked: Asked[] = [];
    const settlement = decide(operation, outcome, recorded(policy, asked), now);
    this.#add({ type: 'decision', now, operation, outcome, policy: numbersOf(policy), asked, settlement });
    return settlement;
  };
  readonly #lines: BoundedLines;
  readonly #redact: readonly RedactableField[];

  /** @throws RangeError where `maxBytes` is no integer above 0 */
  constructor(options: TraceRecorderOptions = {}) {
    const { maxBytes = 1_000_000, redact = [] } = options;
    checkInteger('maxBytes', maxBytes, 1);
    this.#lines = new BoundedLines(maxBytes);
    this.#redact = redact;
  }

  /**
   * Records the queue's events too, which tell what happened between the decisions.
   *
   * @returns a function that stops it
   */
  listen(queue: SyncQueue): () => void {
    const { clock } = contextOf(queue);
    const subscription = queue.events$.subscribe((event) =>
      this.#add({ type: 'event', now: clock.now(), event }),
    );
    return () => subscription.unsubscribe();
  }

  /** The trace as NDJSON, a line at a time, each with its line feed: first the header, then the latest lines. */
  *lines(): IterableIterator<string> {
    const header: TraceHeader = {
      format: TRACE_FORMAT,
      version: TRACE_VERSION,
      redacts: this.#redact,
      dropped: this.#lines.dropped,
    };
    yield `${JSON.stringify(header)}\n`;
    for (const line of this.#lines) yield `${line}\n`;
  }

  #add(line: TraceLine): void {
    this.#lines.add(redacted(line, this.#redact));
  }
}

function numbersOf({
  maxAttempts,
  maxRetryAfterMs,
  minRetryMs,
  maxConflictRounds,
}: DeliveryPolicy): TracePolicy {
  return { maxAttempts, maxRetryAfterMs, minRetryMs, maxConflictRounds };
}

/** The same policy, which writes down what it is asked. */
function recorded(policy: DeliveryPolicy, asked: Asked[]): DeliveryPolicy {
  const listening = (of: 'backoff' | 'outage', backoff: BackoffStrategy): BackoffStrategy => ({
    delayMs: (attempt, previousDelayMs, random) => {
      const draws: number[] = [];
      const delayMs = backoff.delayMs(attempt, previousDelayMs, drawing(random, draws));
      asked.push({ of, attempt, previousDelayMs, draws, delayMs });
      return delayMs;
    },
  });
  return {
    ...policy,
    backoff: listening('backoff', policy.backoff),
    unreachableBackoff: listening('outage', policy.unreachableBackoff),
    newId: () => {
      const id = policy.newId();
      asked.push({ of: 'id', id });
      return id;
    },
  };
}

function drawing(random: RandomSource, draws: number[]): RandomSource {
  return {
    next: () => {
      const draw = random.next();
      draws.push(draw);
      return draw;
    },
    fill: (bytes) => random.fill(bytes),
  };
}
