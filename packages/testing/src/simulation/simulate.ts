import { SeededRandom } from '@cpc/sync-core/deterministic';
import { Actors } from './actors.js';
import { heal } from './heal.js';
import { FAULTS_END_MS, planEvents, type PlannedEvent } from './plan.js';
import type { SimulatedOperation } from './operations.js';
import { withOperations } from './plan-operations.js';
import type { SimulationParts } from './cast.js';
import { SimulatedWorld } from './simulated-world.js';
import type { Violation } from './violation.js';

/**
 * - `safety`: nothing that must not happen happens, however bad the day; it ends in the middle of it.
 * - `liveness`: the faults end, and from then on everything that may go is delivered.
 */
export type SimulationMode = 'safety' | 'liveness';

export interface SimulationOptions extends SimulationParts {
  /** Decides everything. The same seed gives the same history, byte for byte. */
  readonly seed: number;
  /** @defaultValue 'liveness', which checks for safety as well */
  readonly mode?: SimulationMode;
  /** Keeps a line for everything that happens. @defaultValue false */
  readonly trace?: boolean;
  /** What happens, instead of what the seed plans: a smaller history of the same seed. */
  readonly events?: readonly PlannedEvent[];
}

export interface SimulationResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  /** Faults that happened. */
  readonly faults: number;
  /** Operations that were enqueued. */
  readonly operations: number;
  /** Events that ran. */
  readonly steps: number;
  /** Empty unless asked for. */
  readonly trace: readonly string[];
}

/** More events than this are a loop without an end. */
const MAX_STEPS = 80_000;

/**
 * Runs the real queue and worker through one bad day, in virtual time. Rejects never for what the library does:
 * a broken promise is the result's `violation`.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, mode = 'liveness' } = options;
  const world = new SimulatedWorld(seed, options, options.trace ?? false);
  const actors = new Actors(world);
  const { scheduler, referee } = world;
  const events = options.events ?? planned(seed, options.operations);
  for (const device of world.devices) {
    await device.storage.open();
    for (const at of device.tabs.keys()) device.open(at);
  }
  for (const event of events) scheduler.schedule(event.at, undefined, () => actors.perform(event));
  const goesOn = (): boolean => {
    if (scheduler.steps > MAX_STEPS) referee.broken('bounded work', `more than ${MAX_STEPS} steps`);
    return referee.violation === undefined;
  };
  await scheduler.runUntil(FAULTS_END_MS, goesOn);
  if (mode === 'liveness' && referee.violation === undefined) await heal(world, goesOn);
  const { violation } = referee;
  if (violation !== undefined) world.trace(undefined, () => `VIOLATION ${violation.message}`);
  return {
    seed,
    violation,
    faults: world.faults,
    operations: [...referee.records].length,
    steps: scheduler.steps,
    trace: world.lines,
  };
}

/** What the users and the bad day do in the history of a seed, with the simulator's own operations or a caller's. */
export function planned(seed: number, operations?: readonly SimulatedOperation[]): readonly PlannedEvent[] {
  const { shape } = new SimulatedWorld(seed, {}, false);
  const events = planEvents(new SeededRandom(seed * 7 + 5), shape);
  return operations === undefined
    ? events
    : withOperations(events, operations, new SeededRandom(seed * 7 + 6));
}
