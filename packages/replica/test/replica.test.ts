import { describe, expect, test } from '@jest/globals';
import type { ReplicaStatus } from '../src/index.js';
import { forbidden, unreachable } from './feed-model.js';
import { LEASE_MS, replicaRig } from './replica-rig.js';

describe('a replica', () => {
  test('loads what there is, tells how far it is, and follows', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('stall', { 'orders/1': 1, 'orders/2': 2, 'orders/3': 3, 'orders/4': 4, 'orders/5': 5 });
    const { replica, events } = tab();
    const statuses: ReplicaStatus[] = [];
    replica.status$.subscribe((status) => statuses.push(status));
    await replica.start();
    await clock.advance(0);
    const loading = statuses.flatMap(({ channels }) => channels).filter(({ state }) => state === 'loading');
    expect(loading.map(({ done, total }) => [done, total])).toEqual(
      expect.arrayContaining([
        [0, undefined],
        [2, 5],
        [4, 5],
      ]),
    );
    expect(await shown()).toEqual({
      'orders/1': 1,
      'orders/2': 2,
      'orders/3': 3,
      'orders/4': 4,
      'orders/5': 5,
    });
    expect(replica.status).toMatchObject({
      state: 'running',
      isLeading: true,
      channels: [{ channel: 'stall', state: 'following', done: 0 }],
    });
    expect(events).toEqual([{ type: 'channelLoaded', channel: 'stall' }]);
    feed.commit('stall', { 'orders/1': 'new', 'orders/2': undefined });
    await clock.advance(0);
    expect(await shown()).toMatchObject({ 'orders/1': 'new' });
    expect(Object.keys(await shown())).not.toContain('orders/2');
    await replica.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test('never shows a part of what the server changed in one transaction', async () => {
    const { feed, clock, tab, store, shown } = replicaRig();
    feed.pageSize = 1;
    feed.commit('stall', { 'accounts/a': 10, 'accounts/b': 0 });
    const { replica } = tab();
    const sums: number[] = [];
    store.notices.subscribe(() => {
      void shown('accounts').then((values) => {
        sums.push(Object.values(values).reduce((sum: number, value) => sum + Number(value), 0));
      });
    });
    await replica.start();
    await clock.advance(0);
    for (let moved = 1; moved <= 10; moved++) {
      feed.commit('stall', { 'accounts/a': 10 - moved, 'accounts/b': moved });
      await clock.advance(0);
    }
    await replica.stop();
    expect(await shown('accounts')).toEqual({ 'accounts/a': 0, 'accounts/b': 10 });
    expect(sums.filter((sum) => sum !== 10 && sum !== 0)).toEqual([]);
    expect(sums.length).toBeGreaterThanOrEqual(10);
  });

  test('goes on where a load was broken off', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('stall', Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`orders/${at}`, at])));
    feed.failures.push(undefined, undefined, unreachable());
    const first = tab();
    await first.replica.start();
    await clock.advance(0);
    expect(first.replica.status.channels).toMatchObject([
      { state: 'loading', done: 4, total: 10, failure: { code: 'NETWORK_UNREACHABLE' } },
    ]);
    expect(await shown()).toEqual({});
    await first.replica.stop();
    const pullsBefore = feed.pulls;
    const second = tab();
    await second.replica.start();
    await clock.advance(0);
    expect(Object.keys(await shown())).toHaveLength(10);
    expect(feed.pulls - pullsBefore).toBe(3);
    await second.replica.stop();
  });

  test('keeps what it shows while the server makes it begin anew', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('stall', { 'orders/1': 1, 'orders/2': 2, 'orders/3': 3 });
    const { replica, events } = tab();
    await replica.start();
    await clock.advance(0);
    await replica.stop();
    feed.commit('stall', { 'orders/1': undefined });
    feed.forgetTombstones('stall');
    feed.pageSize = 1;
    feed.failures.push(undefined, undefined, unreachable());
    await replica.start();
    await clock.advance(0);
    expect(await shown()).toEqual({ 'orders/1': 1, 'orders/2': 2, 'orders/3': 3 });
    expect(replica.status.channels).toMatchObject([{ state: 'reloading', done: 1, total: 2 }]);
    await clock.advance(1_000);
    expect(await shown()).toEqual({ 'orders/2': 2, 'orders/3': 3 });
    expect(events).toEqual([
      { type: 'channelLoaded', channel: 'stall' },
      { type: 'channelLoaded', channel: 'stall' },
    ]);
    await replica.stop();
  });

  test('is told when it may not read a channel any more, and holds nothing of it', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('stall', { 'orders/1': 1 });
    feed.commit('market', { 'orders/2': 2 });
    const { replica, events } = tab(['stall', 'market']);
    await replica.start();
    await clock.advance(0);
    const before = events.length;
    feed.failures.push(forbidden());
    feed.commit('stall', { 'orders/1': 'secret' });
    await clock.advance(0);
    expect(events.slice(before)).toMatchObject([
      { type: 'channelForbidden', channel: 'stall', failure: { code: 'REJECTED' } },
    ]);
    expect(await shown()).toEqual({ 'orders/2': 2 });
    expect(replica.status.channels.map(({ channel }) => channel)).toEqual(['market']);
    await replica.stop();
  });

  test('drops a record that moved to a channel that is not followed', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('stall', { 'orders/1': 1 });
    const { replica } = tab();
    await replica.start();
    await clock.advance(0);
    feed.commit('market', { 'orders/1': 1 });
    feed.commit('stall', { 'orders/1': undefined });
    await clock.advance(0);
    expect(await shown()).toEqual({});
    await replica.stop();
  });
});

describe('tabs that share a copy', () => {
  test('are served by one of them, and all hear', async () => {
    const { feed, clock, tab } = replicaRig();
    feed.commit('stall', { 'orders/1': 1 });
    const tabs = [tab(), tab(), tab()];
    for (const { replica } of tabs) await replica.start();
    await clock.advance(0);
    const pulls = feed.pulls;
    expect(pulls).toBe(1);
    feed.commit('stall', { 'orders/1': 2 });
    await clock.advance(0);
    expect(feed.pulls).toBe(pulls + 1);
    expect(tabs.map(({ replica }) => replica.status.isLeading)).toEqual([true, false, false]);
    for (const { replica, events } of tabs) {
      expect(replica.status.channels).toMatchObject([{ channel: 'stall', state: 'following' }]);
      expect(events).toEqual([{ type: 'channelLoaded', channel: 'stall' }]);
    }
    for (const { replica } of tabs) await replica.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test('are served by another one as soon as the first makes way, and within a lease when it dies', async () => {
    const { feed, clock, tab, shown, store } = replicaRig();
    await store.open();
    await store.lead({ owner: 'a tab that died', now: clock.now(), leaseMs: LEASE_MS });
    const [first, second] = [tab(), tab()];
    await first.replica.start();
    await second.replica.start();
    feed.commit('stall', { 'orders/1': 1 });
    await clock.advance(LEASE_MS - 1);
    expect(await shown()).toEqual({});
    await clock.advance(LEASE_MS / 3 + 1);
    expect(await shown()).toEqual({ 'orders/1': 1 });
    const [leader, other] = first.replica.status.isLeading ? [first, second] : [second, first];
    await leader.replica.stop();
    feed.commit('stall', { 'orders/1': 2 });
    await clock.advance(LEASE_MS / 3 + 1);
    expect(await shown()).toEqual({ 'orders/1': 2 });
    await other.replica.stop();
  });

  test('follow a channel that one of them asked for, and leave it together', async () => {
    const { feed, clock, tab, shown } = replicaRig();
    feed.commit('market', { 'orders/7': 7 });
    const [first, second] = [tab(), tab()];
    await first.replica.start();
    await second.replica.start();
    await second.replica.follow('market');
    await clock.advance(0);
    expect(await shown()).toEqual({ 'orders/7': 7 });
    await second.replica.leave('market');
    await clock.advance(0);
    expect(await shown()).toEqual({});
    for (const { events, replica } of [first, second]) {
      expect(events).toContainEqual({ type: 'channelLeft', channel: 'market' });
      expect(replica.status.channels.map(({ channel }) => channel)).toEqual(['stall']);
      await replica.stop();
    }
  });
});
