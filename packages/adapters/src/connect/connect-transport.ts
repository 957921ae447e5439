import { Code, ConnectError, createClient, type Client } from '@connectrpc/connect';
import {
  systemClock,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type Transport,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { outcomeOfLargeAnswer } from '../delivery/answer-too-large.js';
import { NOT_SIGNED_IN, type RequestCredentials } from '../delivery/credentials.js';
import { runsOf, type Run, type RunLimits } from '../delivery/runs.js';
import { sendRuns, type RunResult } from '../delivery/send-runs.js';
import { withinTime, type TimeLimit } from '../delivery/within-time.js';
import { outcomeOfAnswer } from '../wire/outcome-of-answer.js';
import type { AnswerItem } from '../wire/wire-answer.js';
import { itemOfAcknowledgement, itemsOfAnswers } from './answer-items.js';
import type { ConnectTransportOptions } from './connect-transport-options.js';
import { DeliveryService } from '@cpc/protocol/protobuf';
import { largeAnswerOf } from './large-answer-of.js';
import { outcomeOfError } from './outcome-of-error.js';
import { toMessage } from './to-message.js';

/**
 * Sends operations by gRPC, gRPC-Web or the Connect protocol to the `cpc.sync.v1.DeliveryService` of
 * `@cpc/server/connect`, or to anybody's that follows `delivery.proto`.
 *
 * Every repeat of an operation is the same message; only credentials may differ, which a provider gives anew for
 * each call. An answer counts only when it names the operation's key, a refusal only when it carries a problem;
 * what other errors mean: see {@link outcomeOfCode}.
 */
export class ConnectTransport implements Transport {
  readonly maxBatchSize: number;
  /** Calls go out one after the other, and nothing goes behind a failed operation of its own entity. */
  readonly keepsOrder = true;
  readonly #client: Client<typeof DeliveryService>;
  readonly #reconnect: (() => void) | undefined;
  readonly #credentials: RequestCredentials;
  readonly #limits: RunLimits;
  readonly #time: TimeLimit;
  readonly #recognise: (error: ConnectError) => boolean;

  /** @throws RangeError where an option is not what it should be */
  constructor(options: ConnectTransportOptions) {
    this.#client = createClient(DeliveryService, options.transport);
    this.#reconnect = options.reconnect;
    this.#credentials = options.credentials ?? (() => ({}));
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 50);
    this.#limits = {
      maxBatchSize: this.maxBatchSize,
      maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 1_000_000),
    };
    this.#time = {
      clock: options.clock ?? systemClock,
      timeoutMs: atLeastOne('timeoutMs', options.timeoutMs ?? 30_000),
    };
    this.#recognise = options.recognise ?? (() => false);
  }

  async send(operations: readonly Operation[], { signal }: SendContext): Promise<readonly DeliveryOutcome[]> {
    const cut = (free: readonly Operation[]): readonly Run[] => runsOf(free, this.#limits);
    return sendRuns(operations, cut, async (run) => {
      const met = await withinTime((inner) => this.#deliver(run, inner), signal, this.#time);
      if (met !== 'halve' && 'kind' in met && met.kind === 'unreachable') this.#reconnect?.();
      return met;
    });
  }

  async #deliver(run: Run, signal: AbortSignal): Promise<RunResult> {
    const headers = await this.#credentials(run.principal, { signal });
    if (headers === undefined) return NOT_SIGNED_IN;
    signal.throwIfAborted();
    try {
      const items = await this.#call(run, { headers, signal });
      return items?.map((item) => outcomeOfAnswer(item)) ?? FOREIGN;
    } catch (error) {
      // A call that was given up: the caller of `withinTime` knows why.
      if (signal.aborted) throw error;
      const met = ConnectError.from(error, Code.Unavailable);
      const large = largeAnswerOf(met);
      return large ? outcomeOfLargeAnswer(run, large) : outcomeOfError(met, run, this.#recognise);
    }
  }

  /** The receiver's answers, `undefined` where they are somebody else's. */
  async #call(
    { operations }: Run,
    options: { readonly headers: HeadersInit; readonly signal: AbortSignal },
  ): Promise<readonly AnswerItem[] | undefined> {
    const [first] = operations;
    if (this.maxBatchSize > 1 || first === undefined) {
      const request = { operations: operations.map(toMessage) };
      const { answers } = await this.#client.deliverBatch(request, options);
      return itemsOfAnswers(
        answers,
        operations.map(({ id }) => id),
      );
    }
    const { acknowledgement } = await this.#client.deliver({ operation: toMessage(first) }, options);
    if (acknowledgement?.idempotencyKey !== first.id) return undefined;
    const item = itemOfAcknowledgement(acknowledgement);
    return item && [item];
  }
}

/** An answer that names other keys, or none, is nobody's word about these operations. */
const FOREIGN: DeliveryOutcome = {
  kind: 'unreachable',
  reason: {
    code: 'NETWORK_CAPTIVE',
    message: 'The answer does not carry the operation’s key, so the receiver did not give it.',
  },
};
