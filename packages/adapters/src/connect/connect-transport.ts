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
import { DefectTeller, defectOf, isDefect } from '../delivery/defect.js';
import { guardedCall } from '../delivery/guarded-call.js';
import { requestAs, type Departure, type RequestParts } from '../delivery/request-as.js';
import { runsOf, type Run, type RunLimits } from '../delivery/runs.js';
import { sendRuns, type RunResult } from '../delivery/send-runs.js';
import { tellDate } from '../delivery/tell-date.js';
import { outcomeOfWhoami, whoamiBy, type Whoami } from '../delivery/whoami.js';
import { outcomeOfAnswer } from '../wire/outcome-of-answer.js';
import type { AnswerItem } from '../wire/wire-answer.js';
import { itemOfAcknowledgement, itemsOfAnswers } from './answer-items.js';
import type { ConnectTransportOptions } from './connect-transport-options.js';
import { DeliveryService, ProblemSchema } from '@cpc/protocol/protobuf';
import { largeAnswerOf } from './large-answer-of.js';
import { outcomeOfError, type ErrorJudge } from './outcome-of-error.js';
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
  /** Whom the server takes this device for; there where the option `whoami` is true. */
  readonly whoami?: Whoami;
  readonly #client: Client<typeof DeliveryService>;
  readonly #reconnect: (() => void) | undefined;
  readonly #limits: RunLimits;
  readonly #parts: RequestParts;
  readonly #judge: ErrorJudge;
  readonly #teller = new DefectTeller();

  /** @throws RangeError where an option is not what it should be */
  constructor(options: ConnectTransportOptions) {
    this.#client = createClient(DeliveryService, options.transport);
    this.#reconnect = options.reconnect;
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 50);
    this.#limits = {
      maxBatchSize: this.maxBatchSize,
      maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 1_000_000),
    };
    this.#parts = {
      credentials: options.credentials ?? (() => ({})),
      clock: options.clock ?? systemClock,
      timeoutMs: atLeastOne('timeoutMs', options.timeoutMs ?? 30_000),
    };
    this.#judge = {
      recognise: options.recognise ?? (() => false),
      signInWhen: options.signInWhen ?? (() => false),
    };
    if (options.whoami === true) this.whoami = this.#whoami();
  }

  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const cut = (free: readonly Operation[]): readonly Run[] => runsOf(free, this.#limits);
    const deliver = async (run: Run): Promise<RunResult> => {
      const met = await this.#deliver(run, context);
      if (met !== 'halve' && 'kind' in met && met.kind === 'unreachable') this.#startAnew();
      return met;
    };
    return sendRuns(operations, cut, deliver, this.#teller);
  }

  /** The outage is what counts; that the connection could not be dropped as well is told beside it. */
  #startAnew(): void {
    guardedCall(
      () => this.#reconnect?.(),
      (error) => this.#teller.tell(defectOf(error)),
    );
  }

  #deliver(run: Run, context: SendContext): Promise<RunResult> {
    return requestAs(
      run.principal,
      context,
      this.#parts,
      (departure) => this.#exchange(run, departure),
      (met) => this.#resultOf(run, met, context),
    );
  }

  async #exchange(run: Run, departure: Departure): Promise<Met> {
    departure.leave();
    try {
      let headers = new Headers();
      const items = await this.#call(run, departure, (given) => (headers = given));
      return { items, headers };
    } catch (error) {
      // A call that was given up: who gave it up knows why.
      if (departure.signal.aborted) throw error;
      const met = ConnectError.from(error, Code.Unavailable);
      if (isDefectOfCall(met)) throw met.cause;
      return { error: met };
    }
  }

  #resultOf(run: Run, met: Met, context: SendContext): RunResult {
    const { clock } = this.#parts;
    if ('items' in met) {
      if (met.items === undefined) return FOREIGN;
      tellDate(met.headers.get('date'), clock, context);
      return met.items.map((item) => outcomeOfAnswer(item));
    }
    if (met.error.findDetails(ProblemSchema).length > 0)
      tellDate(met.error.metadata.get('date'), clock, context);
    const large = largeAnswerOf(met.error);
    if (large !== undefined) return outcomeOfLargeAnswer(run, large);
    return outcomeOfError(met.error, run, this.#judge);
  }

  #whoami(): Whoami {
    return whoamiBy(this.#parts, {
      exchange: async (asked, { credentials: headers, signal, leave }) => {
        leave();
        const request = asked === undefined ? {} : { principal: asked };
        try {
          const { principal = null } = await this.#client.whoAmI(request, { headers, signal });
          return { status: 200, json: { principal } };
        } catch (error) {
          const isUnknown = ConnectError.from(error, Code.Unavailable).code === Code.Unauthenticated;
          if (signal.aborted || !isUnknown) throw error;
          return { status: 401, json: undefined };
        }
      },
      outcomeOf: outcomeOfWhoami,
    });
  }

  /** The receiver's answers, `undefined` where they are somebody else's. */
  async #call(
    { operations, principal }: Run,
    { credentials: headers, signal }: Departure,
    onHeader: (headers: Headers) => void,
  ): Promise<readonly AnswerItem[] | undefined> {
    const [first] = operations;
    const whose = principal === undefined ? {} : { principal };
    if (this.maxBatchSize > 1 || first === undefined) {
      const request = { operations: operations.map(toMessage), ...whose };
      const { answers } = await this.#client.deliverBatch(request, { headers, signal, onHeader });
      return itemsOfAnswers(
        answers,
        operations.map(({ id }) => id),
      );
    }
    const request = { operation: toMessage(first), ...whose };
    const { acknowledgement } = await this.#client.deliver(request, { headers, signal, onHeader });
    if (acknowledgement?.idempotencyKey !== first.id) return undefined;
    const item = itemOfAcknowledgement(acknowledgement);
    return item && [item];
  }
}

/** What a call met: the receiver's answers, or none that is its own; or an error of whomever. */
type Met =
  | { readonly items: readonly AnswerItem[] | undefined; readonly headers: Headers }
  | { readonly error: ConnectError };

/** Whether the call failed by code that is wrong, as an interceptor. What a decoder says of garbage is none of that. */
function isDefectOfCall({ cause }: ConnectError): boolean {
  const { name } = Object(cause) as { readonly name?: unknown };
  return (name === 'TypeError' || name === 'ReferenceError') && isDefect(cause);
}

/** An answer that names other keys, or none, is nobody's word about these operations. */
const FOREIGN: DeliveryOutcome = {
  kind: 'unreachable',
  reason: {
    code: 'NETWORK_CAPTIVE',
    message: 'The answer does not carry the operation’s key, so the receiver did not give it.',
  },
};
