import type { DeliveryOutcome, Operation, SendContext, Transport } from '@cpc/sync-core';
import type { Tab } from './cast.js';

/** Tells the referee what a tab sends and hears, whatever transport does the work. */
export class ObservedTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly #inner: Transport;
  readonly #tab: Tab;

  constructor(inner: Transport, tab: Tab) {
    this.#inner = inner;
    this.#tab = tab;
    this.maxBatchSize = inner.maxBatchSize ?? 1;
    this.keepsOrder = inner.keepsOrder ?? false;
  }

  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const { world, owner, device, queue } = this.#tab;
    const { referee, witness } = world;
    witness.sending(operations);
    const send = referee.sending(owner, device.index, queue.principal, operations, context.signal);
    world.trace(this.#tab, () => `sends ${operations.map(({ id }) => id).join(' ')}`);
    let outcomes: readonly DeliveryOutcome[];
    try {
      outcomes = await this.#inner.send(operations, {
        ...context,
        heardTime: (serverMs) => {
          context.heardTime?.(serverMs);
          witness.heardTime(owner, world.scheduler.now);
        },
      });
    } catch (error) {
      referee.answered(send, operations, context.signal.aborted ? 'aborted' : 'threw');
      throw error;
    }
    referee.answered(send, operations, outcomes);
    world.trace(this.#tab, () => `hears ${outcomes.map(({ kind }) => kind).join(' ')}`);
    return outcomes;
  }
}
