import type { EffectStoreHarness, EffectStoreUnderTest } from './effect-store-harness.js';
import { keyTimeCases } from './store-key-time-cases.js';
import { StoreClient } from './store-client.js';
import { storeKeyCases } from './store-key-cases.js';
import { storeSetCases } from './store-set-cases.js';
import { storeWorkCases } from './store-work-cases.js';

/** One check. It rejects with a sentence that says what the store does wrong. */
export interface EffectStoreCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * The contract of `EffectStore` as executable cases, for a store on any database. Without a test runner:
 * `for (const { name, run } of effectStoreCases(harness)) test(name, run)`.
 */
export function effectStoreCases<Tx>(harness: EffectStoreHarness<Tx>): readonly EffectStoreCase[] {
  return [...storeKeyCases, ...storeWorkCases, ...storeSetCases, ...keyTimeCases].map(({ name, check }) => ({
    name,
    async run() {
      const clock = { now: 1_800_000_000_000 };
      const settings = { keepKeysForMs: StoreClient.keepKeysForMs, now: () => clock.now };
      const opened: EffectStoreUnderTest<Tx> = await harness(settings);
      try {
        await check(new StoreClient(opened, clock));
      } finally {
        await opened.close();
      }
    },
  }));
}
