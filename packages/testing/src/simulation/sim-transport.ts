import {
  type DeliveryOutcome,
  isSyncError,
  type Operation,
  type SendContext,
  toFailure,
  type Transport,
} from '@cpc/sync-core';
import type { PlannedChange } from './plan.js';
import type { SimulatedNetwork } from './simulated-network.js';
import type { World } from './plan.js';

/** The simulator's own transport: a request is the list of operations, an answer the list of outcomes. */
export class SimTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly #network: SimulatedNetwork;

  constructor(network: SimulatedNetwork, { maxBatchSize, keepsOrder }: World) {
    this.maxBatchSize = maxBatchSize;
    this.keepsOrder = keepsOrder;
    this.#network = network;
  }

  async send(operations: readonly Operation[], { signal }: SendContext): Promise<readonly DeliveryOutcome[]> {
    if (operations.some((operation) => fateOf(operation) === 'throwing'))
      throw new TypeError('A simulated defect of the transport.');
    try {
      return await this.#network.exchange((server) => server.handle(operations), {
        signal,
        halve: (outcomes) => outcomes.slice(0, -1),
      });
    } catch (error) {
      if (!isSyncError(error, 'NETWORK_UNREACHABLE')) throw error;
      const reason = toFailure(error, 'NETWORK_UNREACHABLE');
      return operations.map(() => ({ kind: 'unreachable', reason }));
    }
  }
}

/** What the simulated user put into the payload; operations of a caller's own are always good. */
export function fateOf({ kind, payload }: Operation): PlannedChange['fate'] {
  return OWN_KINDS.has(kind) ? (payload as Pick<PlannedChange, 'fate'>).fate : 'good';
}

const OWN_KINDS: ReadonlySet<string> = new Set(['edit', 'draft', 'log']);
