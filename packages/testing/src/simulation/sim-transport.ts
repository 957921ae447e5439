import {
  type DeliveryOutcome,
  isSyncError,
  type Operation,
  type SendContext,
  toFailure,
  type Transport,
} from '@cpc/sync-core';
import type { Device } from './cast.js';
import { OPERATIONS } from './operations.js';
import type { PlannedChange } from './plan.js';
import type { SimulatedNetwork, SimulatedServer } from './simulated-network.js';
import type { World } from './plan.js';

/** The simulator's own transport: a request is the list of operations, an answer the list of outcomes. */
export class SimTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly #network: SimulatedNetwork;
  readonly #cookie: Device | undefined;

  constructor(network: SimulatedNetwork, { maxBatchSize, keepsOrder, sharesCookie }: World, device: Device) {
    this.maxBatchSize = maxBatchSize;
    this.keepsOrder = keepsOrder;
    this.#network = network;
    this.#cookie = sharesCookie ? device : undefined;
  }

  async send(
    operations: readonly Operation[],
    { signal, heardTime }: SendContext,
  ): Promise<readonly DeliveryOutcome[]> {
    if (operations.some((operation) => fateOf(operation) === 'throwing'))
      throw new TypeError('A simulated defect of the transport.');
    if (operations.some((operation) => fateOf(operation) === 'gateway')) return refusedByGateway(operations);
    try {
      const answer = await this.#network.exchange((server) => this.#served(server, operations), {
        signal,
        halve: (half) => ({ ...half, outcomes: half.outcomes.slice(0, -1) }),
      });
      heardTime?.(answer.serverMs);
      return answer.outcomes;
    } catch (error) {
      if (!isSyncError(error, 'NETWORK_UNREACHABLE')) throw error;
      const reason = toFailure(error, 'NETWORK_UNREACHABLE');
      return operations.map(() => ({ kind: 'unreachable', reason }));
    }
  }

  /** The server compares whose change it is with whom it takes the device for. */
  #served(server: SimulatedServer, operations: readonly Operation[]): Answer {
    const isMine = ({ principal }: Operation): boolean =>
      this.#cookie === undefined || principal === this.#cookie.principal;
    const outcomes = operations.every(isMine)
      ? server.handle(operations)
      : operations.map((): DeliveryOutcome => ({ kind: 'unauthenticated', reason: MISMATCH }));
    return { outcomes, serverMs: server.now() };
  }
}

interface Answer {
  readonly outcomes: readonly DeliveryOutcome[];
  readonly serverMs: number;
}

/** A gateway has something against one of them: no answer of the server's ever comes. */
function refusedByGateway(operations: readonly Operation[]): readonly DeliveryOutcome[] {
  const reason = { code: 'NETWORK_UNREACHABLE', message: 'A gateway answered.', status: 403 };
  return operations.map(() => ({ kind: 'unreachable', reason }));
}

const MISMATCH = { code: 'PRINCIPAL_MISMATCH', message: 'The cookie is somebody else’s.', status: 409 };

/** What the simulated user put into the payload; operations of a caller's own are always good. */
export function fateOf({ kind, payload }: Operation): PlannedChange['fate'] {
  return OWN_KINDS.has(kind) ? (payload as Pick<PlannedChange, 'fate'>).fate : 'good';
}

const OWN_KINDS: ReadonlySet<string> = new Set(OPERATIONS.map(({ kind }) => kind));
