import type { Clock, RandomSource } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import type { Fault } from './fault.js';
import { type CarriedOperation, FaultHistory } from './fault-history.js';
import type { FaultPlan } from './fault-plan.js';

export interface FaultLineOptions {
  readonly clock: Clock;
  /** @defaultValue a `SeededRandom` with seed 1 */
  readonly random?: RandomSource;
}

/** The plan at work: time, chance and history are here, so that transport, `fetch` and proxy share them. */
export class FaultLine {
  readonly history = new FaultHistory();
  readonly clock: Clock;
  readonly #plan: FaultPlan;
  readonly #random: RandomSource;

  constructor(plan: FaultPlan, options: FaultLineOptions) {
    this.#plan = plan;
    this.clock = options.clock;
    this.#random = options.random ?? new SeededRandom(1);
  }

  /** Decides what the next request meets, and remembers it. */
  next(operations: readonly CarriedOperation[]): Fault {
    const at = this.clock.monotonicMs();
    const elapsedMs = at - (this.history.records[0]?.at ?? at);
    const ids = operations.map(({ id }) => id);
    const fault = this.#plan({ elapsedMs, ids, random: this.#random });
    this.history.add({ at, fault: fault.kind, operations });
    return fault;
  }
}
