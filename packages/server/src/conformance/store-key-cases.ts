import type { StoreCheck } from './store-check.js';
import { answerOf, demandOfStore } from './store-client.js';

/** What a key does: one effect, one answer, one owner. */
export const storeKeyCases: readonly StoreCheck[] = [
  {
    name: 'applies a work and answers a repeat with the stored answer',
    async check(client) {
      const first = await client.run({ key: 'a' });
      const second = await client.run({ key: 'a' });
      const expected = { kind: 'applied', answer: answerOf('a') };
      demandOfStore(isSame(first, [expected]), `answers ${JSON.stringify(first)} to a work`);
      demandOfStore(
        isSame(second, [{ ...expected, kind: 'repeated' }]),
        `answers ${JSON.stringify(second)} to a repeat`,
      );
      demandOfStore(client.ran === 1, `runs ${client.ran} effects for a work and its repeat`);
      await client.expectNames('a');
    },
  },
  {
    name: 'tells a key with other content from a repeat',
    async check(client) {
      await client.run({ key: 'a' });
      await client.expectKinds(client.run({ key: 'a', fingerprint: 'other' }), 'reused');
      await client.expectNames('a');
    },
  },
  {
    name: 'keeps the keys of principals apart',
    async check(client) {
      await client.run({ key: 'a', principal: 'ann', name: 'ann' });
      await client.expectKinds(client.run({ key: 'a', principal: 'bob', name: 'bob' }), 'applied');
      await client.expectNames('ann', 'bob');
    },
  },
  {
    name: 'sees a key twice in one call',
    async check(client) {
      const works = [{ key: 'a' }, { key: 'a' }, { key: 'a', fingerprint: 'other' }, { key: 'b' }];
      await client.expectKinds(client.run(...works), 'applied', 'repeated', 'reused', 'applied');
      await client.expectNames('a', 'b');
    },
  },
  {
    name: 'makes one effect of a key that comes to several stores at the same time',
    async check(client) {
      const stores = [await client.openAnother(), await client.openAnother(), await client.openAnother()];
      const results = await Promise.all(stores.map((store) => client.runOn(store, [{ key: 'a' }])));
      const kinds = results.flat().map(({ kind }) => kind);
      demandOfStore(
        kinds.filter((kind) => kind === 'applied').length === 1,
        `says ${kinds.join(', ')} to one key`,
      );
      demandOfStore(
        kinds.every((kind) => ['applied', 'repeated', 'running'].includes(kind)),
        `says ${kinds.join(', ')} to one key at the same time`,
      );
      await client.expectKinds(client.run({ key: 'a' }), 'repeated');
      await client.expectNames('a');
    },
  },
  {
    name: 'shows a key to another process',
    async check(client) {
      await client.run({ key: 'a' });
      await client.expectKinds(client.runOn(await client.openAnother(), [{ key: 'a' }]), 'repeated');
      await client.expectNames('a');
    },
  },
  {
    name: 'takes every text that may come over the wire',
    async check(client) {
      const key = String.fromCharCode(...Array.from({ length: 0x5f }, (_, index) => 0x20 + index));
      const lane = 'stall\0/ä/🐟/"\'\\';
      const principal = 'änn "o\'brien" 🐟';
      const name = 'a\'"\\🐟';
      await client.expectKinds(client.run({ key, lane, principal, name }), 'applied');
      await client.expectKinds(client.run({ key, lane, principal, name }), 'repeated');
      await client.expectNames(name);
    },
  },
];

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
