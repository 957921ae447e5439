import {
  MemoryQueueStorage,
  type Clock,
  type RandomSource,
  type SyncPlugin,
  type Transport,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';

export interface TestingPresetOptions {
  /** What stands in for the server, such as the `ScriptedTransport` of `@cpc/testing`. */
  readonly transport: Transport;
  /** Hand in your own to let time pass, for retries and leases. @defaultValue a `ManualClock` that stands still */
  readonly clock?: Clock;
  /** Ids and jitter come from it. @defaultValue `new SeededRandom(1)`, so every run draws the same */
  readonly random?: RandomSource;
}

/**
 * The plugins of a test: the queue in memory, a clock that only the test moves, random numbers that repeat, and
 * the transport that is handed in. Each container that is built from it begins empty.
 */
export function testingPreset(options: TestingPresetOptions): readonly SyncPlugin[] {
  const { transport, clock, random } = options;
  return [
    { name: 'testing-storage', queueStorage: () => new MemoryQueueStorage() },
    { name: 'testing-transport', transport: () => transport },
    { name: 'testing-clock', clock: () => clock ?? new ManualClock() },
    { name: 'testing-random', random: () => random ?? new SeededRandom(1) },
  ];
}
