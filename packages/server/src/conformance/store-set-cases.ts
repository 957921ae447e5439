import type { StoreCheck } from './store-check.js';
import { answerOf, demandOfStore, type PlannedWork } from './store-client.js';

/** Works that may run as one. A store that runs each by itself passes, too. */
export const storeSetCases: readonly StoreCheck[] = [
  {
    name: 'answers each work of a set, and its repeat, as if it had come alone',
    async check(client) {
      const works = Array.from({ length: 40 }, (_, index) => inSet({ key: `k${index}` }));
      const results = await client.run({ key: 'before' }, ...works, { key: 'behind' });
      demandOfStore(
        works.every(({ key }, index) => {
          const result = results[index + 1];
          return result?.kind === 'applied' && result.answer.body === answerOf(key).body;
        }),
        'does not give each work of a set its own answer',
      );
      await client.expectKinds(client.run({ key: 'k7' }, inSet({ key: 'k8' })), 'repeated', 'repeated');
      await client.expectNames('before', ...works.map(({ key }) => key), 'behind');
    },
  },
  ...(['refuse', 'throw', 'break'] as const).map((end): StoreCheck => ({
    name: `a work of a set that does not end well (${end}) takes no other with it`,
    async check(client) {
      const works: PlannedWork[] = [
        { key: 'a', lane: 'e' },
        { key: 'b', lane: 'f', end },
        { key: 'c', lane: 'f' },
        { key: 'd', lane: 'e' },
      ];
      await client.expectKinds(
        client.run({ key: 'z' }, ...works.map(inSet)),
        ...(['applied', 'applied', end === 'refuse' ? 'refused' : 'failed', 'skipped', 'applied'] as const),
      );
      await client.expectNames('z', 'a', 'd');
      await client.expectKinds(client.run({ key: 'b' }), 'applied');
    },
  })),
  {
    name: 'sees in a set what is stored, what comes twice and what is held',
    async check(client) {
      await client.run({ key: 'old', lane: 'e' });
      const works: PlannedWork[] = [
        { key: 'old', lane: 'e' },
        { key: 'a', lane: 'e' },
        { key: 'old', lane: 'f', fingerprint: 'other' },
        { key: 'b', lane: 'f' },
        { key: 'a', lane: 'e' },
      ];
      await client.expectKinds(
        client.run(...works.map(inSet)),
        ...(['repeated', 'applied', 'reused', 'skipped', 'repeated'] as const),
      );
      await client.expectNames('old', 'a');
    },
  },
];

function inSet(work: PlannedWork): PlannedWork {
  return { ...work, set: true };
}
