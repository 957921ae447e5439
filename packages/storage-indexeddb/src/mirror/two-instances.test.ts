import 'fake-indexeddb/auto';
import type { QueueStorage, Settlement, StoredOperation } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/testing';
import { expect, test } from '@jest/globals';
import { operation, T0 } from '../../test/fixtures.js';
import { IndexedDbQueueStorage } from '../index.js';

const STEPS = 120;
const failure = { code: 'REJECTED', message: 'no' };

/** Everything that a storage tells about its queue, and the order in which it would deliver. */
async function portrait(storage: QueueStorage, ids: readonly string[]): Promise<unknown> {
  const operations: StoredOperation[] = [];
  let page = await storage.list();
  operations.push(...page.items);
  while (page.next !== undefined) {
    page = await storage.list({ after: page.next });
    operations.push(...page.items);
  }
  const blockers = await Promise.all(ids.map((id) => storage.blockersOf(id)));
  return { operations, blockers, stats: await storage.stats(), due: await storage.nextDue({ now: T0 }) };
}

/** Two tabs take turns at random; the mirror of each must be what a third one reads from scratch. */
async function takeTurns(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const pick = (n: number): number => Math.floor(random.next() * n);
  const name = `turns-${seed}`;
  const tabs = [new IndexedDbQueueStorage({ name }), new IndexedDbQueueStorage({ name })];
  for (const tab of tabs) await tab.open();
  const held: { tab: QueueStorage; token: number; id: string }[] = [];
  const ids: string[] = [];
  let now = T0;

  const settlement = (id: string): Settlement => {
    const choices: readonly Settlement[] = [
      { id, kind: 'remove' },
      { id, kind: 'remove', assign: { from: `tmp${pick(3)}`, to: `real${pick(3)}` } },
      { id, kind: 'reschedule', dueAt: now + pick(50), delayMs: 50, counts: true },
      { id, kind: 'release', sent: pick(2) === 0 },
      { id, kind: 'hold', state: 'parked', failure, counts: false },
      { id, kind: 'replace', operation: operation(pick(2) === 0 ? id : `${id}'`, { rank: pick(100) }) },
    ];
    return choices[pick(choices.length)]!;
  };
  const enqueue = async (tab: QueueStorage): Promise<void> => {
    const batch = Array.from({ length: 1 + pick(3) }, () => {
      const id = `op${ids.length}`;
      ids.push(id);
      return operation(id, {
        rank: pick(100),
        ...(pick(3) > 0 && { entity: `e${pick(4)}` }),
        ...(pick(4) === 0 && { dependsOn: [ids[pick(ids.length)]!] }),
        ...(pick(4) === 0 && { scheduledAt: T0 + 1 + pick(200) }),
        ...(pick(4) === 0 && {
          payload: `{"ref":"tmp0"}`,
          references: [{ path: '/ref', id: 'tmp0' }],
        }),
      });
    });
    await tab.enqueue([batch]);
  };
  const claim = async (tab: QueueStorage): Promise<void> => {
    const { token, operations } = await tab.claim({
      now,
      limit: 1 + pick(3),
      leaseMs: 40,
      perEntity: 1 + pick(2),
    });
    held.push(...operations.map(({ id }) => ({ tab, token, id })));
  };
  const settle = async (): Promise<void> => {
    const [holder] = held.splice(pick(held.length), 1);
    if (holder !== undefined) await holder.tab.settle(holder.token, [settlement(holder.id)]);
  };
  const change = async (tab: QueueStorage): Promise<void> => {
    const id = ids[pick(ids.length)] ?? 'none';
    const changes = [
      () => tab.discard([id]),
      () => tab.requeue([id], now),
      () => tab.replace(id, operation(id, { rank: pick(100), entity: `e${pick(4)}` })),
      () => tab.clampTimes(now - 30),
    ];
    await changes[pick(changes.length)]!();
  };

  for (let step = 0; step < STEPS; step++) {
    const tab = tabs[pick(2)]!;
    now += pick(10);
    const choice = pick(8);
    if (choice < 3) await enqueue(tab);
    else if (choice < 5) await claim(tab);
    else if (choice < 7) await settle();
    else await change(tab);
    if (step % 10 === 9) {
      const fresh = new IndexedDbQueueStorage({ name });
      await fresh.open();
      const expected = await portrait(fresh, ids);
      await fresh.close();
      for (const one of tabs) expect(await portrait(one, ids)).toEqual(expected);
    }
  }
  const fresh = new IndexedDbQueueStorage({ name });
  await fresh.open();
  await tabs[0]!.claim({ now: now + 1e6, limit: 0, leaseMs: 1 });
  expect(await deliveryOrder(tabs[pick(2)]!, fresh, now + 1e6)).toBe('the same');
  for (const tab of [...tabs, fresh]) await tab.close();
}

/** Lets one instance claim one by one, and asks the other before each claim what would go. */
async function deliveryOrder(one: QueueStorage, other: QueueStorage, now: number): Promise<string> {
  for (;;) {
    const { token, operations } = await one.claim({ now, limit: 1, leaseMs: 10 });
    const [first] = operations;
    if (first === undefined) return 'the same';
    await one.settle(token, [{ id: first.id, kind: 'release', sent: true }]);
    const again = await other.claim({ now, limit: 1, leaseMs: 10 });
    if (again.operations[0]?.id !== first.id) return `${first.id}, but ${String(again.operations[0]?.id)}`;
    await other.settle(again.token, [{ id: first.id, kind: 'remove' }]);
  }
}

for (const seed of [1, 2, 3, 4])
  test(
    `the mirrors of two tabs stay what lies in the database through ${STEPS} steps, seed ${seed}`,
    () => takeTurns(seed),
    60_000,
  );
