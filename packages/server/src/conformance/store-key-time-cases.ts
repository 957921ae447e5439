import type { StoreCheck } from './store-check.js';
import { demandOfStore, StoreClient } from './store-client.js';

/** How long a key is kept. */
export const keyTimeCases: readonly StoreCheck[] = [
  {
    name: 'keeps a key for its time, and forgets it afterwards',
    async check(client) {
      await client.run({ key: 'old' });
      client.clock.now += StoreClient.keepKeysForMs;
      const early = await client.forgetExpired();
      demandOfStore(early === 0, `forgets ${early} keys whose time is not over`);
      await client.expectKinds(client.run({ key: 'old' }), 'repeated');
      client.clock.now += 1;
      const late = await client.forgetExpired();
      demandOfStore(late === 1, `forgets ${late} keys instead of the one whose time is over`);
      await client.expectKinds(client.run({ key: 'old' }), 'applied');
    },
  },
  {
    name: 'a clock that leaps ahead for one call forgets nothing',
    async check(client) {
      const leapMs = 400 * 24 * 3_600_000;
      await client.run({ key: 'old' });
      client.clock.now += leapMs;
      await client.run({ key: 'while the clock is wrong' });
      client.clock.now -= leapMs;
      await client.expectKinds(client.run({ key: 'old' }), 'repeated');
    },
  },
  {
    name: 'forgets by itself while it is used',
    async check(client) {
      const old = Array.from({ length: 20 }, (_, index) => ({ key: `old ${index}` }));
      await client.run(...old);
      client.clock.now += StoreClient.keepKeysForMs + 1;
      for (let index = 0; index < 20; index++) await client.run({ key: `new ${index}` });
      const left = await client.forgetExpired();
      demandOfStore(left === 0, `still has ${left} of 20 keys whose time is over after 20 works`);
    },
  },
];
