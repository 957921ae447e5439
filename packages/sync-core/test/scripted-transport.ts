import type { Operation } from '../src/operation/operation.js';
import type { DeliveryOutcome } from '../src/outcome/delivery-outcome.js';
import type { Clock } from '../src/ports/clock.js';
import type { SendContext, Transport } from '../src/ports/transport.js';

/** What becomes of one operation: an outcome, a send that never ends, or one that throws. */
export type Answer = DeliveryOutcome | 'hang' | Error;

export interface SentBatch {
  /** In elapsed milliseconds. */
  readonly at: number;
  readonly operations: readonly Operation[];
  readonly signal: AbortSignal;
}

export interface ScriptedTransportOptions {
  readonly maxBatchSize?: number;
  readonly keepsOrder?: boolean;
}

export const acknowledged: DeliveryOutcome = { kind: 'acknowledged' };
export const unreachable: Extract<DeliveryOutcome, { kind: 'unreachable' }> = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'no route' },
};
export const unauthenticated: DeliveryOutcome = {
  kind: 'unauthenticated',
  reason: { code: 'UNAUTHENTICATED', message: 'who are you?', status: 401 },
};
export const rejected: DeliveryOutcome = {
  kind: 'rejected',
  reason: { code: 'REJECTED', message: 'never', status: 422 },
};

export function retry(afterMs?: number): DeliveryOutcome {
  const reason = { code: 'SERVER_RETRY', message: 'later', status: 503 };
  return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', afterMs, reason };
}

/** A transport that remembers what it was sent and answers as a test says. */
export class ScriptedTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly batches: SentBatch[] = [];
  /** What a batch with the operation meets; one that hangs or throws does so for the whole batch. */
  answer: (operation: Operation) => Answer = () => acknowledged;
  /** Takes the place of the whole answer; for answers that break the contract. */
  respond: ((operations: readonly Operation[]) => unknown) | undefined;
  /** What the server's clock says with its answers, where it says it. */
  time: (() => number) | undefined;
  /** How long each send takes. */
  latencyMs = 0;
  readonly #clock: Clock;
  readonly #hanging = new Set<() => void>();

  constructor(clock: Clock, options: ScriptedTransportOptions = {}) {
    this.#clock = clock;
    this.maxBatchSize = options.maxBatchSize ?? 1;
    this.keepsOrder = options.keepsOrder ?? false;
  }

  /** Payloads in the order in which they were sent, repeats included. */
  get sent(): readonly unknown[] {
    return this.batches.flatMap(({ operations }) => operations.map(({ payload }) => payload));
  }

  /** How many sends hang now. */
  get hanging(): number {
    return this.#hanging.size;
  }

  /** Lets all sends that hang be answered, by what `answer` says then. */
  release(): void {
    for (const end of this.#hanging) end();
    this.#hanging.clear();
  }

  async send(
    operations: readonly Operation[],
    { signal, heardTime }: SendContext,
  ): Promise<readonly DeliveryOutcome[]> {
    this.batches.push({ at: this.#clock.monotonicMs(), operations, signal });
    if (this.respond !== undefined) return this.respond(operations) as readonly DeliveryOutcome[];
    if (this.latencyMs > 0) {
      await new Promise<void>((resolve) => void this.#clock.setTimer(resolve, this.latencyMs));
    }
    let answers = operations.map(this.answer);
    while (answers.includes('hang')) {
      await new Promise<void>((resolve) => this.#hanging.add(resolve));
      answers = operations.map(this.answer);
    }
    if (this.time !== undefined) heardTime?.(this.time());
    const error = answers.find((answer) => answer instanceof Error);
    if (error !== undefined) throw error;
    return answers as readonly DeliveryOutcome[];
  }
}
