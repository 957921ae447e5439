/** Time and chance that a test owns. A subpath of its own, so that no app ships it. */
export { ManualClock, type ManualClockOptions } from './deterministic/manual-clock.js';
export { SeededRandom } from './deterministic/seeded-random.js';
