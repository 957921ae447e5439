import {
  systemClock,
  type Clock,
  type DeliveryOutcome,
  type Operation,
  type SendContext,
  type Transport,
} from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { checkParts } from '../delivery/check-parts.js';
import { PORT_METHODS, type PortLike } from './port-like.js';
import {
  isPortMessage,
  type OtherMessage,
  type PortAnswer,
  type PortOperation,
  type PortRequest,
} from './port-message.js';

/** A transport that is being served. */
export interface ServedTransport extends Disposable {
  /** Listens no more, and calls off what is under way. Idempotent. */
  stop(): void;
}

export interface ServeTransportOptions {
  /** As that of the `MessagePortTransport`s at the other end, in milliseconds. @defaultValue 10_000 */
  readonly silenceMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/**
 * Serves a transport to a `MessagePortTransport` at the port's other end: in a service worker that outlives its
 * tabs, in the one tab that may send, or in a thread of its own. Signs of life are answered at once.
 *
 * The other end holds the lease, and asks for signs of life while it waits. When nothing was heard of it for `silenceMs`,
 * nothing more leaves in its name: one of both was frozen, and the lease may be somebody else's by now.
 *
 * @throws TypeError or RangeError where the port, the transport or an option is not what it should be
 * @returns the way to stop it
 */
export function serveTransport(
  port: PortLike,
  transport: Transport,
  options: ServeTransportOptions = {},
): ServedTransport {
  checkParts('port', port, PORT_METHODS);
  checkParts('transport', transport, ['send']);
  const clock = options.clock ?? systemClock;
  const silenceMs = atLeastOne('silenceMs', options.silenceMs ?? 10_000);
  let heardAt = clock.monotonicMs();
  const mayLeave = (): boolean => clock.monotonicMs() - heardAt <= silenceMs;
  const running = new Map<string, AbortController>();
  const post = (answer: PortAnswer): void => port.postMessage(answer);
  const answer = async (id: string, work: (context: SendContext) => Promise<PortAnswer>): Promise<void> => {
    const controller = new AbortController();
    const { signal } = controller;
    running.set(id, controller);
    try {
      const heardTime = (serverMs: number): void => post({ type: 'cpc-sync/time', id, serverMs });
      const answered = await work({ signal, mayLeave, heardTime });
      if (!signal.aborted) post(answered);
    } catch (error) {
      if (!signal.aborted) post({ type: 'cpc-sync/failed', id, message: String(error) });
    } finally {
      running.delete(id);
    }
  };
  const send = (id: string, operations: readonly PortOperation[]): Promise<void> =>
    answer(id, async (context) => {
      const outcomes = await sendWithin(transport, operations.map(withPayload), context);
      return { type: 'cpc-sync/outcomes', id, outcomes };
    });
  const whoami = (id: string, asked: string | undefined): Promise<void> =>
    answer(id, async (context) => {
      if (transport.whoami === undefined) throw new TypeError('the transport has no whoami');
      return { type: 'cpc-sync/principal', id, principal: await transport.whoami(asked, context) };
    });
  const receive = ({ data }: { readonly data: unknown }): void => {
    if (!isPortMessage(data)) return;
    heardAt = clock.monotonicMs();
    const request = data as PortRequest | OtherMessage;
    if (request.type === 'cpc-sync/ping') post({ type: 'cpc-sync/pong' });
    else if (request.type === 'cpc-sync/abort') running.get(request.id)?.abort();
    else if (request.type === 'cpc-sync/send') void send(request.id, request.operations);
    else if (request.type === 'cpc-sync/whoami') void whoami(request.id, request.principal);
  };
  const stop = (): void => {
    port.removeEventListener('message', receive);
    port.removeEventListener('close', stop);
    for (const controller of running.values()) controller.abort();
  };
  port.addEventListener('message', receive);
  port.addEventListener('close', stop);
  port.start?.();
  return { stop, [Symbol.dispose]: stop };
}

function withPayload(operation: PortOperation): Operation {
  return { ...operation, payload: JSON.parse(operation.payloadJson) as unknown };
}

async function sendWithin(
  transport: Transport,
  operations: readonly Operation[],
  context: SendContext,
): Promise<readonly DeliveryOutcome[]> {
  const { maxBatchSize = 1 } = transport;
  if (operations.length > maxBatchSize) {
    throw new RangeError(
      `the transport takes ${maxBatchSize} operations; got ${operations.length}. Give MessagePortTransport the same maxBatchSize`,
    );
  }
  return transport.send(operations, context);
}
