import {
  SyncError,
  systemClock,
  systemRandom,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type SyncFailure,
  type Transport,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { checkParts } from '../delivery/check-parts.js';
import { calledOff } from '../delivery/within-time.js';
import type { Whoami } from '../delivery/whoami.js';
import { Heartbeat } from './heartbeat.js';
import type { MessagePortTransportOptions } from './message-port-transport-options.js';
import { PORT_METHODS, type PortLike } from './port-like.js';
import {
  isPortMessage,
  type OtherMessage,
  type PortAnswer,
  type PortOperation,
  type PortRequest,
} from './port-message.js';

/** A send or a question that is under way. */
interface Asked {
  /** Takes what was answered: the outcomes, or the principal. */
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: SyncError) => void;
  /** Nobody waits for an answer any more, or there will be none. */
  readonly giveUp: (reason: SyncFailure) => void;
  readonly heardTime: SendContext['heardTime'];
}

/**
 * Hands operations over to a transport in another tab, thread or worker, which {@link serveTransport} serves at
 * the port's other end.
 *
 * An abort crosses. While something is under way the other end is asked for signs of life, because a tab or a
 * worker can be killed without a word and its port stays open: after `silenceMs` without one everything under
 * way is `unreachable`. It listens on the port only while something is under way.
 */
export class MessagePortTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  /** Whom the server takes this device for; there where the option `whoami` is true. */
  readonly whoami?: Whoami;
  readonly #port: PortLike;
  readonly #heartbeat: Heartbeat;
  readonly #asked = new Map<string, Asked>();
  /** Several transports may share a port, and answers go to all of them. */
  readonly #sender: string;
  #sends = 0;

  /** @throws TypeError or RangeError where the port or an option is not what it should be */
  constructor(port: PortLike, options: MessagePortTransportOptions = {}) {
    checkParts('port', port, PORT_METHODS);
    this.#port = port;
    this.#sender = String(systemRandom.next()).slice(2);
    this.maxBatchSize = atLeastOne('maxBatchSize', options.maxBatchSize ?? 1);
    this.keepsOrder = options.keepsOrder ?? false;
    if (options.whoami === true) this.whoami = (principal, context) => this.#whoami(principal, context);
    this.#heartbeat = new Heartbeat({
      clock: options.clock ?? systemClock,
      everyMs: atLeastOne('heartbeatMs', options.heartbeatMs ?? 2_000),
      silenceMs: atLeastOne('silenceMs', options.silenceMs ?? 10_000),
      ask: () => this.#post({ type: 'cpc-sync/ping' }),
      onSilence: (silentMs) => this.#giveUpAll(`The other end gave no sign of life for ${silentMs} ms.`),
    });
  }

  /** @throws SyncError `TRANSPORT_FAILED` where the transport behind the port threw */
  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const all = (reason: SyncFailure): readonly DeliveryOutcome[] =>
      operations.map(() => ({ kind: 'unreachable', reason }));
    if (context.mayLeave?.() === false && !context.signal.aborted) return all(NOT_HELD);
    return this.#ask(
      (id) => ({ type: 'cpc-sync/send', id, operations: operations.map(withoutPayload) }),
      context,
      all,
    );
  }

  #whoami(principal: string | undefined, context: SendContext): Promise<string | undefined> {
    return this.#ask(
      (id) => ({ type: 'cpc-sync/whoami', id, principal }),
      context,
      ({ message }) => {
        throw new SyncError('NETWORK_UNREACHABLE', message);
      },
    );
  }

  /** @param ifGone - what it comes to where nobody answers */
  async #ask<Answer>(
    request: (id: string) => PortRequest,
    { signal, heardTime }: SendContext,
    ifGone: (reason: SyncFailure) => Answer,
  ): Promise<Answer> {
    if (signal.aborted) return ifGone(calledOff(signal).reason);
    const id = `${this.#sender}-${this.#sends++}`;
    const abort = (): void => {
      this.#post({ type: 'cpc-sync/abort', id });
      this.#asked.get(id)?.giveUp(calledOff(signal).reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    let gone: SyncFailure | undefined;
    try {
      const answer = await new Promise<unknown>((resolve, reject) => {
        const giveUp = (reason: SyncFailure): void => resolve((gone = reason));
        this.#begin(id, { resolve, reject, giveUp, heardTime });
        this.#post(request(id));
      });
      return gone === undefined ? (answer as Answer) : ifGone(gone);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#end(id);
    }
  }

  #begin(id: string, asked: Asked): void {
    this.#asked.set(id, asked);
    if (this.#asked.size > 1) return;
    this.#port.addEventListener('message', this.#receive);
    this.#port.addEventListener('close', this.#closed);
    this.#port.start?.();
    this.#heartbeat.start();
  }

  #end(id: string): void {
    this.#asked.delete(id);
    if (this.#asked.size > 0) return;
    this.#heartbeat.stop();
    this.#port.removeEventListener('message', this.#receive);
    this.#port.removeEventListener('close', this.#closed);
  }

  #post(request: PortRequest): void {
    this.#port.postMessage(request);
  }

  readonly #receive = ({ data }: { readonly data: unknown }): void => {
    if (!isPortMessage(data)) return;
    this.#heartbeat.heard();
    const answer = data as PortAnswer | OtherMessage;
    if (answer.type === 'cpc-sync/pong') return;
    const asked = this.#asked.get(answer.id);
    if (answer.type === 'cpc-sync/time') asked?.heardTime?.(answer.serverMs);
    else if (answer.type === 'cpc-sync/outcomes') asked?.resolve(answer.outcomes);
    else if (answer.type === 'cpc-sync/principal') asked?.resolve(answer.principal);
    else if (answer.type === 'cpc-sync/failed')
      asked?.reject(new SyncError('TRANSPORT_FAILED', `Behind the port: ${answer.message}`));
  };

  readonly #closed = (): void => this.#giveUpAll('The port was closed.');

  #giveUpAll(message: string): void {
    for (const { giveUp } of this.#asked.values()) giveUp({ code: 'NETWORK_UNREACHABLE', message });
  }
}

/** Nothing was sent, since the lease had ended. */
const NOT_HELD: SyncFailure = {
  code: 'LEASE_LOST',
  message: 'The lease ended before anything was sent.',
};

/** Plain, and once: a getter of a class would not cross, and the text says it all. */
function withoutPayload({ payload, ...operation }: Operation): PortOperation {
  return operation;
}
