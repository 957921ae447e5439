export { ManualClock, SeededRandom, type ManualClockOptions } from '@cpc/sync-core/deterministic';
