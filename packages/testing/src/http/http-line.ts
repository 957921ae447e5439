import { carry, type Carried } from '../faults/carry.js';
import type { Fault } from '../faults/fault.js';
import { FaultLine, type FaultLineOptions } from '../faults/fault-line.js';
import type { FaultHistory } from '../faults/fault-history.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { answerOfRefusal, withSkew } from './answer-of-refusal.js';
import { forgeAnswer } from './forge-answer.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';
import { receiverProtocol } from './receiver-protocol.js';
import type { WireProtocol } from './wire-protocol.js';

export interface HttpLineOptions extends FaultLineOptions {
  /** How operations are read from requests, and what a refusal looks like. @defaultValue `receiverProtocol` */
  readonly protocol?: WireProtocol;
}

/** What a request met, and what came back. */
export type CarriedExchange = Carried<HttpAnswer> & { readonly fault: Fault };

/**
 * Carries exchanges as planned; `faultFetch` and the proxies put what comes back into their own form. A proxy for
 * another protocol of requests and answers does the same.
 */
export class HttpLine {
  readonly #line: FaultLine;
  readonly #protocol: WireProtocol;

  constructor(plan: FaultPlan, options: HttpLineOptions) {
    this.#line = new FaultLine(plan, options);
    this.#protocol = options.protocol ?? receiverProtocol;
  }

  /** Every request so far. */
  get history(): FaultHistory {
    return this.#line.history;
  }

  /**
   * Lets one request meet its fault. Rejects only where `forward` does, or the plan or the protocol.
   *
   * @param forward - gives the request to the server, once for each call
   * @param signal - ends every wait: the sender has given up
   */
  async carry(
    request: HttpRequest,
    forward: () => Promise<HttpAnswer>,
    signal: AbortSignal,
  ): Promise<CarriedExchange> {
    const fault = this.#line.next(this.#protocol.read(request));
    const skewMs = fault.clockSkewMs ?? 0;
    const { clock } = this.#line;
    const carried = await carry(fault, {
      forward: async () => withSkew(await forward(), skewMs),
      refuse: (refusal) => answerOfRefusal(refusal, request, this.#protocol, clock.now() + skewMs),
      forge: (how, answer) => forgeAnswer(how, answer, request, this.#protocol),
      clock,
      signal,
    });
    return { ...carried, fault };
  }
}
