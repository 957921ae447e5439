import type { PlannedEvent } from './plan.js';
import { planned, simulate, type SimulationOptions, type SimulationResult } from './simulate.js';

export interface MinimisedHistory {
  /** What is left of the plan: every event of it is needed. */
  readonly events: readonly PlannedEvent[];
  /** The smallest history that still breaks the same promise, with its trace. */
  readonly result: SimulationResult;
}

/**
 * Looks for a smaller history that breaks the same promise: leaves out ever smaller parts of the plan for as long
 * as the violation stays (A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
 *
 * @param maxRuns - how many histories it may try @defaultValue 200
 */
export async function minimise(options: SimulationOptions, maxRuns = 200): Promise<MinimisedHistory> {
  let events = options.events ?? planned(options.seed);
  const run = (tried: readonly PlannedEvent[]): Promise<SimulationResult> =>
    simulate({ ...options, events: tried, trace: true });
  let result = await run(events);
  const invariant = result.violation?.invariant;
  if (invariant === undefined) return { events, result };
  let runs = 0;
  for (let size = events.length >> 1; size >= 1 && runs < maxRuns;) {
    let wasSmaller = false;
    for (let at = 0; at < events.length && runs < maxRuns;) {
      const tried = events.filter((_, index) => index < at || index >= at + size);
      const outcome = await run(tried);
      runs++;
      if (outcome.violation?.invariant === invariant) {
        [events, result, wasSmaller] = [tried, outcome, true];
      } else {
        at += size;
      }
    }
    if (!wasSmaller || size > 1) size = size === 1 ? 0 : size >> 1;
  }
  return { events, result };
}
