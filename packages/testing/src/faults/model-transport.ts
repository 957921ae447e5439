import type { DeliveryOutcome, Operation, Transport } from '@cpc/sync-core';
import type { ModelServer } from '../server/model-server.js';

/** Carries operations to a {@link ModelServer}, in order and without a fault. */
export class ModelTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder = true;
  readonly #server: ModelServer;

  constructor(server: ModelServer, maxBatchSize = 50) {
    this.#server = server;
    this.maxBatchSize = maxBatchSize;
  }

  send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    return Promise.resolve(this.#server.handle(operations));
  }
}
