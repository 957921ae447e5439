import {
  systemClock,
  type Clock,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type Transport,
} from '@cpc/sync-core';
import { Delivery } from './delivery.js';
import { EndpointPolicy, parseEndpoint } from './endpoint.js';
import { exchange, withinTime, type Exchange, type ExchangeOptions } from './exchange.js';
import type { FetchTransportOptions, RequestCredentials } from './fetch-transport-options.js';
import { outcomeOfAnswer } from './outcome-of-answer.js';
import { outcomeOfForeignAnswer } from './outcome-of-foreign-answer.js';
import { retryAfterMs } from './retry-after.js';
import { runsOf, type Run, type RunLimits } from './runs.js';
import {
  batchItems,
  echoesKey,
  isReceiverProblem,
  singleItem,
  type AnswerItem,
  type WireAnswer,
} from './wire-answer.js';
import { batchRequest, singleRequest, unsendable } from './wire-request.js';

/**
 * Sends operations as JSON over HTTP to a receiver that speaks the protocol of `@cpc/server`.
 *
 * Every repeat of an operation is the same request: method, address, body, `Idempotency-Key` and `If-Match`.
 * Only credentials may differ; a provider gives them anew for each request. An answer counts only when it
 * names the operation's key, so that neither a captive portal nor a gateway can acknowledge or refuse
 * anything. What each answer means: see {@link outcomeOfAnswer}, and {@link outcomeOfForeignAnswer} for answers
 * of somebody else. No answer at all, a redirect and a timeout are `unreachable`.
 */
export class FetchTransport implements Transport {
  readonly maxBatchSize: number;
  /** Requests go out one after the other, and nothing goes behind a failed operation of its own entity. */
  readonly keepsOrder = true;
  readonly #endpointOf: (operation: Operation) => URL;
  readonly #limits: RunLimits;
  readonly #exchange: ExchangeOptions;
  readonly #clock: Clock;
  readonly #credentials: RequestCredentials;
  readonly #recognise: (answer: WireAnswer, operation: Operation) => boolean;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(options: FetchTransportOptions) {
    this.#endpointOf = endpointFunction(options);
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 1);
    this.#limits = {
      maxBatchSize: this.maxBatchSize,
      maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 1_000_000),
    };
    this.#clock = options.clock ?? systemClock;
    this.#exchange = {
      // Looked up at each call, so that an instrumentation that is installed later is used.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      clock: this.#clock,
      cookies: options.cookies ?? 'omit',
      timeoutMs: atLeastOne('timeoutMs', options.timeoutMs ?? 30_000),
      maxAnswerBytes: atLeastOne('maxAnswerBytes', options.maxAnswerBytes ?? 4_000_000),
    };
    this.#credentials = options.credentials ?? (() => ({}));
    this.#recognise = options.recognise ?? ((answer, { id }) => echoesKey(answer, id));
  }

  /** @throws TypeError where an operation's endpoint is not allowed; then nothing was sent */
  async send(operations: readonly Operation[], { signal }: SendContext): Promise<readonly DeliveryOutcome[]> {
    const delivery = new Delivery(operations);
    for (const operation of operations) {
      const message = unsendable(operation);
      if (message === undefined) continue;
      delivery.record(operation, { kind: 'rejected', reason: { code: 'OPERATION_INVALID', message } });
    }
    const waiting = [...runsOf(delivery.free(operations), this.#endpointOf, this.#limits)];
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const free = { ...run, operations: delivery.free(run.operations) };
      if (free.operations.length === 0) continue;
      const met = await this.#deliver(free, signal);
      if (met === 'halve') waiting.unshift(...halvesOf(free));
      else if (isOutcome(met))
        delivery.recordAll(met.kind === 'unreachable' ? operations : free.operations, met);
      else free.operations.forEach((operation, index) => delivery.record(operation, met[index]));
    }
    return delivery.outcomes();
  }

  /**
   * Sends one request.
   *
   * @returns one outcome for each operation; or one for all; or `halve` where the receiver refused the batch as
   * a whole, and may take its halves
   */
  async #deliver(
    run: Run,
    signal: AbortSignal,
  ): Promise<readonly DeliveryOutcome[] | DeliveryOutcome | 'halve'> {
    const met = await withinTime((inner) => this.#request(run, inner), signal, this.#exchange);
    if (met.kind !== 'answer') return met;
    const { answer } = met;
    const retryAfter = retryAfterMs(answer.headers, this.#clock.now());
    const items = this.#itemsOf(run, answer);
    if (items !== undefined) return items.map((item) => outcomeOfAnswer(item, retryAfter));
    if (!isReceiverProblem(answer)) return outcomeOfForeignAnswer(answer.status, retryAfter);
    const divisible = run.operations.length > 1 && (answer.status === 400 || answer.status === 413);
    return divisible ? 'halve' : outcomeOfAnswer(singleItem(answer), retryAfter);
  }

  async #request({ endpoint, principal, operations }: Run, signal: AbortSignal): Promise<Exchange> {
    const credentials = await this.#credentials(principal, { signal });
    if (credentials === undefined) {
      const message = 'Nobody is signed in for these operations; nothing was sent.';
      return { kind: 'unauthenticated', reason: { code: 'UNAUTHENTICATED', message } };
    }
    const [first] = operations;
    const request =
      this.maxBatchSize === 1 && first !== undefined
        ? singleRequest(endpoint, first)
        : batchRequest(endpoint, operations);
    return exchange(request, credentials, signal, this.#exchange);
  }

  /** The receiver's answer to each operation; `undefined` where it did not answer them one by one. */
  #itemsOf({ operations }: Run, answer: WireAnswer): readonly AnswerItem[] | undefined {
    if (this.maxBatchSize > 1) {
      return batchItems(
        answer,
        operations.map(({ id }) => id),
      );
    }
    return operations.every((operation) => this.#recognise(answer, operation))
      ? [singleItem(answer)]
      : undefined;
  }
}

function halvesOf(run: Run): readonly Run[] {
  const middle = Math.ceil(run.operations.length / 2);
  return [run.operations.slice(0, middle), run.operations.slice(middle)].map((operations) => ({
    ...run,
    operations,
  }));
}

function isOutcome(met: readonly DeliveryOutcome[] | DeliveryOutcome): met is DeliveryOutcome {
  return !Array.isArray(met);
}

/** The fixed endpoint is checked at once, a chosen one before each send. */
function endpointFunction({
  endpoint,
  allowedOrigins,
}: FetchTransportOptions): (operation: Operation) => URL {
  if (typeof endpoint === 'function') {
    if (allowedOrigins === undefined)
      throw new TypeError('allowedOrigins is required where endpoint is a function');
    const policy = new EndpointPolicy(allowedOrigins);
    return (operation) => policy.check(parseEndpoint(endpoint(operation)));
  }
  const url = parseEndpoint(endpoint);
  new EndpointPolicy(allowedOrigins ?? [url.origin]).check(url);
  return () => url;
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
