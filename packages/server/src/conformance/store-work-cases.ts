import type { StoreCheck } from './store-check.js';
import type { PlannedWork } from './store-client.js';
import { demandOfStore } from './store-client.js';

/** What becomes of the works of a call, side by side. */
export const storeWorkCases: readonly StoreCheck[] = [
  {
    name: 'undoes what a refused work wrote, and leaves its key free',
    async check(client) {
      await client.expectKinds(client.run({ key: 'a', end: 'refuse' }), 'refused');
      await client.expectNames();
      await client.expectKinds(client.run({ key: 'a', fingerprint: 'mended' }), 'applied');
      await client.expectNames('a');
    },
  },
  {
    name: 'undoes what a work wrote that threw, and says what it threw',
    async check(client) {
      const [result] = await client.run({ key: 'a', end: 'throw' });
      demandOfStore(
        result?.kind === 'failed' && String(result.error).includes('the effect is broken'),
        `answers ${JSON.stringify(result)} to an effect that throws`,
      );
      await client.expectNames();
      await client.expectKinds(client.run({ key: 'a' }), 'applied');
    },
  },
  {
    name: 'a work that fails takes no other with it',
    async check(client) {
      const works: PlannedWork[] = [
        { key: 'a' },
        { key: 'b', end: 'throw' },
        { key: 'c', end: 'refuse' },
        { key: 'd', end: 'break' },
        { key: 'e' },
      ];
      await client.expectKinds(client.run(...works), 'applied', 'failed', 'refused', 'failed', 'applied');
      await client.expectNames('a', 'e');
    },
  },
  {
    name: 'a work that failed alone leaves a store that works',
    async check(client) {
      for (const end of ['break', 'throw', 'refuse'] as const) await client.run({ key: end, end });
      await client.expectKinds(client.run({ key: 'break' }), 'applied');
      await client.expectNames('break');
    },
  },
  {
    name: 'skips what stands behind a work of its lane that was not applied, and nothing else',
    async check(client) {
      await client.run({ key: 'r', lane: 'e' }, { key: 'u', lane: 'f' });
      const works: PlannedWork[] = [
        { key: 'r', lane: 'e' },
        { key: 'a', lane: 'e' },
        { key: 'b', lane: 'e', end: 'refuse' },
        { key: 'c', lane: 'e' },
        { key: 'u', lane: 'f', fingerprint: 'other' },
        { key: 'd', lane: 'f' },
        { key: 'g', lane: 'h', end: 'throw' },
        { key: 'i', lane: 'h' },
        { key: 'j', lane: 'k' },
        { key: 'l', end: 'refuse' },
        { key: 'm' },
      ];
      await client.expectKinds(
        client.run(...works),
        ...(['repeated', 'applied', 'refused', 'skipped', 'reused', 'skipped'] as const),
        ...(['failed', 'skipped', 'applied', 'refused', 'applied'] as const),
      );
      await client.expectNames('r', 'u', 'a', 'j', 'm');
    },
  },
  {
    name: 'a key that was refused earlier in the call may be applied later in it',
    async check(client) {
      await client.expectKinds(client.run({ key: 'a', end: 'refuse' }, { key: 'a' }), 'refused', 'applied');
      await client.expectNames('a');
    },
  },
  {
    name: 'keeps the order of a thousand works, and holds a lane across all of them',
    async check(client) {
      const keys = Array.from({ length: 1_000 }, (_, index) => `k${index}`);
      const works = keys.map((key, index): PlannedWork => {
        if (index === 10) return { key, lane: 'held', end: 'refuse' };
        return index === 999 ? { key, lane: 'held' } : { key };
      });
      const results = await client.run(...works);
      demandOfStore(results[999]?.kind === 'skipped', `says ${String(results[999]?.kind)} of a held lane`);
      await client.expectNames(...keys.filter((_, index) => index !== 10 && index !== 999));
    },
  },
  {
    name: 'takes many calls at the same time, each with all of its works',
    async check(client) {
      const calls = Array.from({ length: 20 }, (_, index) => [
        { key: `a${index}`, lane: `lane ${index % 3}` },
        { key: `b${index}`, lane: `lane ${(index + 1) % 3}`, end: 'refuse' as const },
        { key: `c${index}` },
      ]);
      const results = await Promise.all(calls.map((works) => client.run(...works)));
      const kinds = new Set(results.map((result) => result.map(({ kind }) => kind).join()));
      demandOfStore(
        isOnly(kinds, 'applied,refused,applied'),
        `says ${[...kinds].join(' and ')} to calls at the same time`,
      );
    },
  },
];

function isOnly(found: ReadonlySet<string>, expected: string): boolean {
  return found.size === 1 && found.has(expected);
}
