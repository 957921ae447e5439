import {
  systemClock,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type Transport,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { AnswerTooLarge, outcomeOfLargeAnswer } from '../delivery/answer-too-large.js';
import { DefectTeller } from '../delivery/defect.js';
import { requestAs, type RequestParts } from '../delivery/request-as.js';
import { runsOf, type Run, type RunLimits } from '../delivery/runs.js';
import { sendRuns, type RunResult } from '../delivery/send-runs.js';
import { tellDate } from '../delivery/tell-date.js';
import type { Whoami } from '../delivery/whoami.js';
import { outcomeOfAnswer } from '../wire/outcome-of-answer.js';
import { outcomeOfRefusedRun } from '../delivery/outcome-of-refused-run.js';
import {
  batchItems,
  echoesKey,
  isReceiverProblem,
  singleItem,
  type AnswerItem,
  type ForeignAnswer,
  type WireAnswer,
} from '../wire/wire-answer.js';
import { batchRequest, singleRequest, type WireRequest } from '../wire/wire-request.js';
import { EndpointPolicy, parseEndpoint } from './endpoint.js';
import { exchange, type Exchanged, type ExchangeOptions } from './exchange.js';
import type { FetchTransportOptions } from './fetch-transport-options.js';
import { ASKED_TO_SIGN_IN, outcomeOfForeignAnswer, REDIRECTED } from './outcome-of-foreign-answer.js';
import { retryAfterMs } from './retry-after.js';
import { whoamiAt } from './whoami.js';

/**
 * Sends operations as JSON over HTTP to a receiver that speaks the protocol of `@cpc/server`.
 *
 * Every repeat of an operation is the same request: method, address, body, `Idempotency-Key` and `If-Match`.
 * Only credentials may differ; a provider gives them anew for each request, and whose operations they are stands beside
 * them, for the receiver to compare. An answer counts only when it
 * names the operation's key, so that neither a captive portal nor a gateway can acknowledge or refuse
 * anything. What each answer means: see `outcomeOfAnswer`, and `outcomeOfForeignAnswer` for answers
 * of somebody else. No answer at all, a redirect and a timeout are `unreachable`; where this side's own code fails,
 * that is told once to the platform and costs the operation at which it did an attempt (`TRANSPORT_FAILED`).
 */
export class FetchTransport implements Transport {
  readonly maxBatchSize: number;
  /** Requests go out one after the other, and nothing goes behind a failed operation of its own entity. */
  readonly keepsOrder = true;
  /** Whom the server takes this device for; there where the option `whoami` is given. */
  readonly whoami?: Whoami;
  readonly #endpointOf: (operation: Operation) => URL;
  readonly #limits: RunLimits;
  readonly #exchange: ExchangeOptions;
  readonly #parts: RequestParts;
  readonly #asksToSignIn: (answer: ForeignAnswer) => boolean;
  readonly #teller = new DefectTeller();
  readonly #recognise: (answer: WireAnswer, operation: Operation) => boolean;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(options: FetchTransportOptions) {
    this.#endpointOf = endpointFunction(options);
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 1);
    this.#limits = {
      maxBatchSize: this.maxBatchSize,
      maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 1_000_000),
    };
    this.#parts = {
      credentials: options.credentials ?? (() => ({})),
      clock: options.clock ?? systemClock,
      timeoutMs: atLeastOne('timeoutMs', options.timeoutMs ?? 30_000),
    };
    this.#asksToSignIn = options.signInWhen ?? (() => false);
    this.#exchange = {
      // Looked up at each call, so that an instrumentation that is installed later is used.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      cookies: options.cookies ?? 'omit',
      maxAnswerBytes: atLeastOne('maxAnswerBytes', options.maxAnswerBytes ?? 4_000_000),
      redirect: options.signInWhen === undefined ? 'error' : 'manual',
    };
    if (options.whoami !== undefined) {
      const address = new EndpointPolicy(originsOf(options)).check(parseEndpoint(options.whoami));
      this.whoami = whoamiAt(address, this.#parts, this.#exchange);
    }
    this.#recognise = options.recognise ?? ((answer, { id }) => echoesKey(answer, id));
  }

  /** @throws TypeError where an operation's endpoint is not allowed; then nothing was sent */
  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const cut = (free: readonly Operation[]): readonly Run[] =>
      runsOf(free, this.#limits, (operation) => this.#endpointOf(operation).href);
    return sendRuns(operations, cut, (run) => this.#deliver(run, context), this.#teller);
  }

  #deliver(run: Run, context: SendContext): Promise<RunResult> {
    return requestAs(
      run.principal,
      context,
      this.#parts,
      (departure) => exchange(this.#requestOf(run), departure, this.#exchange),
      (answer) => this.#resultOf(run, answer, context),
    );
  }

  #requestOf({ address, operations }: Run): WireRequest {
    const [first] = operations;
    const endpoint = new URL(address);
    return this.maxBatchSize === 1 && first !== undefined
      ? singleRequest(endpoint, first)
      : batchRequest(endpoint, operations);
  }

  #resultOf(run: Run, met: Exchanged, context: SendContext): RunResult {
    const retryAfter = retryAfterMs(met.headers, this.#parts.clock.now());
    if (met.isRedirect) return this.#asksToSignIn(met) ? ASKED_TO_SIGN_IN : REDIRECTED;
    if (met.isCut && met.status === 200) {
      return outcomeOfLargeAnswer(run, new AnswerTooLarge(this.#exchange.maxAnswerBytes));
    }
    const items = this.#itemsOf(run, met);
    const isRefused = items === undefined && isReceiverProblem(met);
    if (items !== undefined || isRefused) tellDate(met.headers.get('date'), this.#parts.clock, context);
    if (items !== undefined) return items.map((item) => outcomeOfAnswer(item, retryAfter));
    if (isRefused) return outcomeOfRefusedRun(run, singleItem(met), retryAfter);
    return this.#asksToSignIn(met) ? ASKED_TO_SIGN_IN : outcomeOfForeignAnswer(met.status, retryAfter);
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

/** Where credentials may go. */
function originsOf({ endpoint, allowedOrigins }: FetchTransportOptions): readonly string[] {
  if (allowedOrigins !== undefined) return allowedOrigins;
  return typeof endpoint === 'function' ? [] : [parseEndpoint(endpoint).origin];
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
