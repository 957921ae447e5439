/** The simulator: the real queue and worker through thousands of bad days in a minute. */
export type { Device, SimulationParts, Tab } from './simulation/cast.js';
export { FAULT_RATES, type FaultRates, NO_FAULTS } from './simulation/fault-rates.js';
export { minimise, type MinimisedHistory } from './simulation/minimise.js';
export type { SimulatedOperation } from './simulation/operations.js';
export type { PlannedChange, PlannedEvent } from './simulation/plan.js';
export {
  planned,
  simulate,
  type SimulationMode,
  type SimulationOptions,
  type SimulationResult,
} from './simulation/simulate.js';
export type { ExchangeOptions, SimulatedNetwork, SimulatedServer } from './simulation/simulated-network.js';
export { Violation } from './simulation/violation.js';
