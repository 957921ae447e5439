import { SUBPROTOCOL } from '@cpc/protocol';
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
import { requestAs, type Departure, type RequestParts } from '../delivery/request-as.js';
import { outcomeOfRefusedRun } from '../delivery/outcome-of-refused-run.js';
import { runsOf, type Run, type RunLimits } from '../delivery/runs.js';
import { sendRuns, type RunResult } from '../delivery/send-runs.js';
import { tellDate } from '../delivery/tell-date.js';
import { outcomeOfWhoami, whoamiBy, type Whoami } from '../delivery/whoami.js';
import { outcomeOfForeignAnswer } from '../fetch/outcome-of-foreign-answer.js';
import { outcomeOfAnswer } from '../wire/outcome-of-answer.js';
import { batchItems, isReceiverProblem, singleItem } from '../wire/wire-answer.js';
import { batchBody } from '../wire/wire-request.js';
import { requestFrame, type AnswerFrame, type RequestHead } from './frame.js';
import { SocketConnection, type ConnectionLimits } from './socket-connection.js';
import { platformSocket, type OpenSocket } from './socket-like.js';
import { socketUrl } from './socket-url.js';
import type { WebSocketTransportOptions } from './web-socket-transport-options.js';

/**
 * Sends operations over one WebSocket to the handler of `@cpc/server/web-socket`.
 *
 * The socket is opened when there is something to send, closed when it was idle for `idleMs`, and opened again
 * on need; how often that is tried while there is no network is for the worker's circuit to say. Requests carry
 * ids, so several share the socket. When it closes half-way, everything under way is `unreachable`. Batches,
 * keys, credentials and outcomes are those of `FetchTransport`.
 */
export class WebSocketTransport implements Transport {
  readonly maxBatchSize: number;
  /** The requests of a send go out one after the other, and nothing behind a failed operation of its own entity. */
  readonly keepsOrder = true;
  /** Whom the server takes this device for; there where the option `whoami` is true. */
  readonly whoami?: Whoami;
  readonly #url: string;
  readonly #open: OpenSocket;
  readonly #limits: RunLimits;
  readonly #parts: RequestParts;
  readonly #teller = new DefectTeller();
  readonly #connectionLimits: ConnectionLimits;
  #connection: SocketConnection | undefined;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(options: WebSocketTransportOptions) {
    this.#url = socketUrl(options.url);
    this.#open = options.open ?? platformSocket();
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 50);
    this.#limits = {
      maxBatchSize: this.maxBatchSize,
      maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 1_000_000),
    };
    const clock = options.clock ?? systemClock;
    this.#parts = {
      credentials: options.credentials ?? (() => ({})),
      clock,
      timeoutMs: atLeastOne('timeoutMs', options.timeoutMs ?? 30_000),
    };
    this.#connectionLimits = {
      clock,
      maxAnswerLength: atLeastOne('maxAnswerBytes', options.maxAnswerBytes ?? 4_000_000),
      idleMs: atLeastOne('idleMs', options.idleMs ?? 30_000),
    };
    if (options.whoami === true) {
      this.whoami = whoamiBy(this.#parts, {
        exchange: (principal, departure) => this.#request({ principal, ask: 'whoami' }, '', departure),
        outcomeOf: outcomeOfWhoami,
      });
    }
  }

  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const cut = (free: readonly Operation[]): readonly Run[] => runsOf(free, this.#limits);
    return sendRuns(operations, cut, (run) => this.#deliver(run, context), this.#teller);
  }

  /** Closes the socket now instead of when it is idle. The next send opens another. */
  close(): void {
    this.#connection?.end('the transport was closed');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #deliver(run: Run, context: SendContext): Promise<RunResult> {
    return requestAs(
      run.principal,
      context,
      this.#parts,
      (departure) => this.#exchange(run, departure),
      (frame) => this.#resultOf(run, frame, context),
    );
  }

  #exchange({ principal, operations }: Run, departure: Departure): Promise<AnswerFrame> {
    return this.#request({ principal }, batchBody(operations), departure);
  }

  #request(
    head: Pick<RequestHead, 'principal' | 'ask'>,
    body: string,
    { credentials, signal, leave }: Departure,
  ): Promise<AnswerFrame> {
    // The socket may have to be opened first, so the last look is where the frame is made, right before it goes.
    const frameOf = (request: string): string => {
      leave();
      return requestFrame({ request, ...head, credentials }, body);
    };
    return this.#connected().request(frameOf, signal);
  }

  #resultOf(run: Run, frame: AnswerFrame, context: SendContext): RunResult {
    if (frame.isCut) {
      return outcomeOfLargeAnswer(run, new AnswerTooLarge(this.#connectionLimits.maxAnswerLength));
    }
    const items = batchItems(
      frame,
      run.operations.map(({ id }) => id),
    );
    if (items === undefined && !isReceiverProblem(frame)) return outcomeOfForeignAnswer(frame.status);
    tellDate(frame.date, this.#parts.clock, context);
    if (items !== undefined) return items.map((item) => outcomeOfAnswer(item));
    return outcomeOfRefusedRun(run, singleItem(frame));
  }

  #connected(): SocketConnection {
    if (this.#connection === undefined || this.#connection.isEnded) {
      const socket = this.#open(this.#url, SUBPROTOCOL);
      this.#connection = new SocketConnection(socket, this.#connectionLimits);
    }
    return this.#connection;
  }
}
