import {
  SyncError,
  systemClock,
  systemRandom,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type Transport,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { checkParts } from '../delivery/check-parts.js';
import { calledOff } from '../delivery/within-time.js';
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

interface Sending {
  readonly resolve: (outcomes: readonly DeliveryOutcome[]) => void;
  readonly reject: (reason: SyncError) => void;
  readonly count: number;
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
  readonly #port: PortLike;
  readonly #heartbeat: Heartbeat;
  readonly #sending = new Map<string, Sending>();
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
    this.#heartbeat = new Heartbeat({
      clock: options.clock ?? systemClock,
      everyMs: atLeastOne('heartbeatMs', options.heartbeatMs ?? 2_000),
      silenceMs: atLeastOne('silenceMs', options.silenceMs ?? 10_000),
      ask: () => this.#post({ type: 'cpc-sync/ping' }),
      onSilence: (silentMs) => this.#giveUpAll(`The other end gave no sign of life for ${silentMs} ms.`),
    });
  }

  /** @throws SyncError `TRANSPORT_FAILED` where the transport behind the port threw */
  async send(
    operations: readonly Operation[],
    { signal, mayLeave, heardTime }: SendContext,
  ): Promise<readonly DeliveryOutcome[]> {
    if (mayLeave?.() === false && !signal.aborted) return operations.map(() => NOT_HELD);
    if (signal.aborted) return operations.map(() => calledOff(signal));
    const id = `${this.#sender}-${this.#sends++}`;
    const abort = (): void => {
      this.#post({ type: 'cpc-sync/abort', id });
      this.#sending.get(id)?.resolve(operations.map(() => calledOff(signal)));
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#begin(id, { resolve, reject, count: operations.length, heardTime });
        this.#post({ type: 'cpc-sync/send', id, operations: operations.map(withoutPayload) });
      });
    } finally {
      signal.removeEventListener('abort', abort);
      this.#end(id);
    }
  }

  #begin(id: string, sending: Sending): void {
    this.#sending.set(id, sending);
    if (this.#sending.size > 1) return;
    this.#port.addEventListener('message', this.#receive);
    this.#port.addEventListener('close', this.#closed);
    this.#port.start?.();
    this.#heartbeat.start();
  }

  #end(id: string): void {
    this.#sending.delete(id);
    if (this.#sending.size > 0) return;
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
    const sending = this.#sending.get(answer.id);
    if (answer.type === 'cpc-sync/time') sending?.heardTime?.(answer.serverMs);
    else if (answer.type === 'cpc-sync/outcomes') sending?.resolve(answer.outcomes);
    else if (answer.type === 'cpc-sync/failed')
      sending?.reject(new SyncError('TRANSPORT_FAILED', `Behind the port: ${answer.message}`));
  };

  readonly #closed = (): void => this.#giveUpAll('The port was closed.');

  #giveUpAll(message: string): void {
    const outcome: DeliveryOutcome = {
      kind: 'unreachable',
      reason: { code: 'NETWORK_UNREACHABLE', message },
    };
    for (const { resolve, count } of this.#sending.values()) {
      resolve(Array.from({ length: count }, () => outcome));
    }
  }
}

/** Nothing was sent, since the lease had ended. */
const NOT_HELD: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'LEASE_LOST', message: 'The lease ended before anything was sent.' },
};

/** Plain, and once: a getter of a class would not cross, and the text says it all. */
function withoutPayload({ payload, ...operation }: Operation): PortOperation {
  return operation;
}
