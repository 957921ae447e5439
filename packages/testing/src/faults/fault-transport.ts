import type { Clock, DeliveryOutcome, Operation, RandomSource, SendContext, Transport } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import type { Fault } from './fault.js';
import type { FaultPlan } from './fault-plan.js';

/** One send, as the test sees it afterwards. */
export interface FaultRecord {
  /** Monotonic milliseconds of the clock. */
  readonly at: number;
  readonly ids: readonly string[];
  readonly fault: Fault['kind'];
}

export interface FaultTransportOptions {
  readonly clock: Clock;
  /** @defaultValue a `SeededRandom` with seed 1 */
  readonly random?: RandomSource;
}

/** A transport that passes operations on to another one, and loses, doubles or refuses them as planned. */
export class FaultTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  /** Every send so far; attempts and delays can be read from it. */
  readonly history: FaultRecord[] = [];
  readonly #inner: Transport;
  readonly #plan: FaultPlan;
  readonly #clock: Clock;
  readonly #random: RandomSource;

  constructor(inner: Transport, plan: FaultPlan, options: FaultTransportOptions) {
    this.#inner = inner;
    this.#plan = plan;
    this.#clock = options.clock;
    this.#random = options.random ?? new SeededRandom(1);
    this.maxBatchSize = inner.maxBatchSize ?? 1;
    this.keepsOrder = inner.keepsOrder ?? false;
  }

  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const at = this.#clock.monotonicMs();
    const elapsedMs = at - (this.history[0]?.at ?? at);
    const fault = this.#plan({ elapsedMs, random: this.#random });
    this.history.push({ at, ids: operations.map(({ id }) => id), fault: fault.kind });
    const refused = refusal(fault);
    if (refused !== undefined) return operations.map(() => refused);
    if (fault.kind === 'duplicate') await this.#inner.send(operations, context);
    const outcomes = await this.#inner.send(operations, context);
    if (fault.kind === 'answerLost') return operations.map(() => lost('The answer was lost.'));
    return fault.kind === 'halfAnswer' ? outcomes.slice(0, outcomes.length >> 1) : outcomes;
  }
}

/** The outcome of a request that has no effect on the server; `undefined` where it gets through. */
function refusal(fault: Fault): DeliveryOutcome | undefined {
  switch (fault.kind) {
    case 'requestLost':
      return lost('The request was lost.');
    case 'busy':
      return {
        kind: 'retry',
        afterMs: fault.retryAfterMs,
        reason: { code: 'SERVER_RETRY', message: 'Too many requests.', status: 429 },
      };
    case 'serverError':
      return { kind: 'retry', reason: { code: 'SERVER_RETRY', message: 'The server failed.', status: 500 } };
    case 'signedOut':
      return {
        kind: 'unauthenticated',
        reason: { code: 'UNAUTHENTICATED', message: 'Sign in first.', status: 401 },
      };
    case 'ok':
    case 'answerLost':
    case 'duplicate':
    case 'halfAnswer':
      return undefined;
  }
}

function lost(message: string): DeliveryOutcome {
  return { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message } };
}
