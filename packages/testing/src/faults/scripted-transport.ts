import type { DeliveryOutcome, Operation, SendContext, Transport } from '@cpc/sync-core';

/** What a send meets: an outcome for each of its operations, an error that it throws, or nothing, ever. */
export type ScriptedAnswer = DeliveryOutcome | Error | 'hang';

export interface ScriptedTransportOptions {
  /** @defaultValue 1 */
  readonly maxBatchSize?: number;
  /** @defaultValue false */
  readonly keepsOrder?: boolean;
  /** What an operation meets when nothing else was said. @defaultValue it is acknowledged */
  readonly answer?: (operation: Operation) => ScriptedAnswer;
}

/** A transport without a server: it remembers what it was sent, and answers as the test says. */
export class ScriptedTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  /** Every send so far, in order. */
  readonly sent: (readonly Operation[])[] = [];
  readonly #answer: (operation: Operation) => ScriptedAnswer;
  readonly #planned: ScriptedAnswer[] = [];

  constructor(options: ScriptedTransportOptions = {}) {
    this.maxBatchSize = options.maxBatchSize ?? 1;
    this.keepsOrder = options.keepsOrder ?? false;
    this.#answer = options.answer ?? (() => ({ kind: 'acknowledged' }));
  }

  /** The next sends meet this, after those that are planned already. @param answer - out of reach when absent */
  failNext(times = 1, answer: ScriptedAnswer = UNREACHABLE): void {
    for (let left = times; left > 0; left--) this.#planned.push(answer);
  }

  async send(operations: readonly Operation[], { signal }: SendContext): Promise<readonly DeliveryOutcome[]> {
    this.sent.push(operations);
    const planned = this.#planned.shift();
    const answers = operations.map((operation) => planned ?? this.#answer(operation));
    const outcomes: DeliveryOutcome[] = [];
    for (const answer of answers) {
      if (answer === 'hang') return untilAborted(signal);
      if (answer instanceof Error) throw answer;
      outcomes.push(answer);
    }
    return outcomes;
  }
}

const UNREACHABLE: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'The test says that there is no network.' },
};

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
