import type { DeliveryOutcome, Operation, SendContext, Transport } from '@cpc/sync-core';
import type { PlannedChange } from './plan.js';
import type { Tab } from './tab.js';

const unreachable: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'The simulated network lost it.' },
};

/** The network between one tab and the server. What it carries survives the tab. */
export class SimTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly #tab: Tab;

  constructor(tab: Tab) {
    this.#tab = tab;
    this.maxBatchSize = tab.world.shape.maxBatchSize;
    this.keepsOrder = tab.world.shape.keepsOrder;
  }

  async send(operations: readonly Operation[], { signal }: SendContext): Promise<readonly DeliveryOutcome[]> {
    const { world, owner, device } = this.#tab;
    world.referee.sending(owner, device.index, this.#tab.queue.principal, operations, signal);
    world.trace(this.#tab, () => `sends ${operations.map(({ id }) => id).join(' ')}`);
    let outcomes: readonly DeliveryOutcome[];
    try {
      if (operations.some((operation) => changeOf(operation).fate === 'throwing'))
        throw new TypeError('A simulated defect of the transport.');
      outcomes = await this.#exchange(operations, signal);
    } catch (error) {
      world.referee.answered(owner, operations, signal.aborted ? 'aborted' : 'threw');
      throw error;
    }
    world.referee.answered(owner, operations, outcomes);
    world.trace(this.#tab, () => `hears ${outcomes.map(({ kind }) => kind).join(' ')}`);
    return outcomes;
  }

  #exchange(operations: readonly Operation[], signal: AbortSignal): Promise<readonly DeliveryOutcome[]> {
    const { world, owner, device } = this.#tab;
    const { random, rates } = world.networkFaults;
    const isCut = device.cutUntil > world.scheduler.now;
    const isLost = random.chance(rates.requestLost);
    const isHung = random.chance(rates.neverAnswers);
    const isDoubled = random.chance(rates.duplicate);
    const isAnswerLost = random.chance(rates.answerLost);
    const isHalf = random.chance(rates.halfAnswer);
    const upMs = 5 + random.below(2_000);
    const downMs = 5 + random.below(2_000);
    const againMs = random.below(20_000);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      const answer = (outcomes: readonly DeliveryOutcome[]): void => {
        world.scheduler.schedule(downMs, owner, () => resolve(outcomes));
      };
      if (isCut || isLost) {
        world.fault(isCut ? 'the network is cut' : 'the request is lost', this.#tab);
        if (!isHung) answer(operations.map(() => unreachable));
        return;
      }
      world.scheduler.schedule(upMs, undefined, () => {
        const outcomes = world.arrive(operations);
        const lostNow = isAnswerLost || device.cutUntil > world.scheduler.now;
        if (lostNow) world.fault('the answer is lost', this.#tab);
        if (isHung) world.fault('no answer ever comes', this.#tab);
        else if (lostNow) answer(operations.map(() => unreachable));
        else if (isHalf && world.fault('half an answer', this.#tab)) answer(outcomes.slice(0, -1));
        else answer(outcomes);
      });
      if (isDoubled && world.fault('the request comes twice', this.#tab))
        world.scheduler.schedule(upMs + againMs, undefined, () => void world.arrive(operations));
    });
  }
}

/** What the simulated user put into the payload. */
export function changeOf({ payload }: Operation): Pick<PlannedChange, 'fate'> {
  return payload as Pick<PlannedChange, 'fate'>;
}
