import { expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { ConstantBackoff, SyncError } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ScriptedSource } from '../../test/scripted-source.js';
import { FetchChangeSource, MemoryPullTarget, Puller, type PullStatus } from './index.js';

interface Rig {
  readonly source: ScriptedSource;
  readonly target: MemoryPullTarget;
  readonly monitor: ManualNetworkMonitor;
  readonly clock: ManualClock;
  readonly puller: Puller;
  /** What the copy holds. */
  readonly copy: () => Readonly<Record<string, unknown>>;
}

function rig(): Rig {
  const source = new ScriptedSource();
  const target = new MemoryPullTarget();
  const monitor = new ManualNetworkMonitor();
  const clock = new ManualClock();
  const options = { clock, random: new SeededRandom(1), backoff: new ConstantBackoff(1_000), pollMs: 60_000 };
  const puller = new Puller({ source, target, monitor }, options);
  const copy = (): Record<string, unknown> =>
    Object.fromEntries([...target.records].map(([entity, { value }]) => [entity, value]));
  return { source, target, monitor, clock, puller, copy };
}

const unreachable = (): SyncError => new SyncError('NETWORK_UNREACHABLE', 'no answer');

test('pulls page after page at start, and tells when the copy is all that the server has', async () => {
  const { source, puller, clock, copy } = rig();
  for (let index = 0; index < 5; index++) source.set(`e${index}`, index);
  const states: PullStatus['state'][] = [];
  puller.register(({ state }) => states.push(state));
  await puller.start();
  await clock.advance(0);
  expect(copy()).toEqual(source.records);
  expect(states).toEqual(['stopped', 'pulling', 'idle']);
  expect(puller.status.pulledAt).toBe(clock.now());
  expect(source.pulls).toBe(3);
  await puller.stop();
});

test('pulls after a hint, and deletes what was deleted', async () => {
  const { source, puller, clock, copy } = rig();
  source.set('a', 1);
  source.set('b', 2);
  await puller.start();
  await clock.advance(0);
  source.delete('a');
  source.set('b', 3);
  source.hint();
  await clock.advance(0);
  expect(copy()).toEqual({ b: 3 });
  await puller.stop();
});

test('pulls now and then without any hint', async () => {
  const { source, puller, clock, copy } = rig();
  await puller.start();
  await clock.advance(0);
  source.set('a', 1);
  await clock.advance(59_999);
  expect(copy()).toEqual({});
  await clock.advance(1);
  expect(copy()).toEqual({ a: 1 });
  await puller.stop();
});

test('waits after a failure, tells why, and does not let hints hurry it', async () => {
  const { source, puller, clock, copy } = rig();
  source.set('a', 1);
  source.failures.push(unreachable());
  await puller.start();
  await clock.advance(0);
  expect(puller.status).toMatchObject({ state: 'waiting', failure: { code: 'NETWORK_UNREACHABLE' } });
  source.hint();
  await clock.advance(999);
  expect(source.pulls).toBe(1);
  await clock.advance(1);
  expect(copy()).toEqual({ a: 1 });
  expect(puller.status.failure).toBeUndefined();
  await puller.stop();
});

test('waits as long as the server asked', async () => {
  const { source, puller, clock } = rig();
  const details = { retryAfterMs: 7_000 };
  source.failures.push(new SyncError('SERVER_RETRY', 'later', { details }));
  await puller.start();
  await clock.advance(6_999);
  expect(source.pulls).toBe(1);
  await clock.advance(1);
  expect(source.pulls).toBe(2);
  await puller.stop();
});

test('pulls a random moment after the network is back', async () => {
  const { source, puller, monitor, clock, copy } = rig();
  monitor.set('offline');
  await puller.start();
  await clock.advance(0);
  expect(source.pulls).toBe(0);
  source.set('a', 1);
  monitor.set('online');
  await clock.advance(0);
  expect(source.pulls).toBe(0);
  await clock.advance(1_000);
  expect(copy()).toEqual({ a: 1 });
  expect(source.connections).toBe(1);
  await puller.stop();
});

test('tries now and then though the monitor says offline, since monitors err', async () => {
  const { source, puller, monitor, clock, copy } = rig();
  monitor.set('offline');
  source.set('a', 1);
  await puller.start();
  await clock.advance(60_000);
  expect(copy()).toEqual({ a: 1 });
  await puller.stop();
});

test('connects again for hints when the connection ended', async () => {
  const { source, puller, clock } = rig();
  await puller.start();
  await clock.advance(0);
  source.hangUp();
  await clock.advance(999);
  expect(source.connections).toBe(1);
  await clock.advance(1);
  expect(source.connections).toBe(2);
  await puller.stop();
});

test('a source that throws where it should reject is listened to again', async () => {
  const { source, puller, clock } = rig();
  let calls = 0;
  source.listen = () => {
    calls++;
    throw new Error('no event source in this browser');
  };
  await puller.start();
  await clock.advance(1_000);
  expect(calls).toBe(2);
  expect(puller.status.state).toBe('idle');
  await puller.stop();
});

test('a call during a pull is answered by one that begins after it', async () => {
  const { source, puller, copy } = rig();
  const first = puller.pull();
  source.set('late', 1);
  await Promise.all([puller.pull(), puller.pull(), first]);
  expect(copy()).toEqual({ late: 1 });
  expect(source.pulls).toBe(2);
});

test('begins anew where the server forgot what was deleted, and keeps nothing of before', async () => {
  const { source, puller, copy } = rig();
  source.set('a', 1);
  source.set('b', 2);
  await puller.pull();
  source.delete('a');
  source.set('c', 3);
  source.forgetTombstones();
  await puller.pull();
  expect(copy()).toEqual({ b: 2, c: 3 });
});

test('a server that says "more" and does not go on is given up, not asked for ever', async () => {
  const { target, monitor, source } = rig();
  source.set('a', 1);
  const stuck = {
    pull: () => Promise.resolve({ kind: 'page' as const, changes: [], checkpoint: '1', more: true }),
  };
  const puller = new Puller({ source: stuck, target, monitor });
  await expect(puller.pull()).rejects.toMatchObject({ code: 'TRANSPORT_FAILED' });
});

test('two pullers on one copy do not put older pages over newer ones', async () => {
  const { source, target, monitor, copy } = rig();
  const pullers = [1, 2, 3].map(() => new Puller({ source, target, monitor }));
  for (let round = 0; round < 20; round++) {
    source.set(`e${round % 4}`, round);
    if (round % 3 === 0) source.delete(`e${(round + 1) % 4}`);
    await Promise.all(pullers.map((puller) => puller.pull()));
    expect(copy()).toEqual(source.records);
  }
});

test('leaves nothing behind when it is stopped, and starts again', async () => {
  const { source, puller, monitor, clock, copy } = rig();
  for (let round = 0; round < 3; round++) {
    source.set('round', round);
    await puller.start();
    await puller.start();
    await clock.advance(0);
    expect(copy()).toEqual({ round });
    await puller.stop();
    await puller.stop();
    expect(puller.status.state).toBe('stopped');
    expect(clock.pendingTimers).toBe(0);
  }
  monitor.set('offline');
  monitor.set('online');
  await clock.advance(120_000);
  expect(source.pulls).toBe(3);
});

test('a pull that waits for another one begins no request after the stop', async () => {
  const { source, puller, clock } = rig();
  await puller.start();
  await clock.advance(0);
  const first = puller.pull().catch((error: unknown) => error);
  const second = puller.pull().catch((error: unknown) => error);
  await puller.stop();
  expect(await first).toMatchObject({ code: 'STOPPED' });
  expect(await second).toMatchObject({ code: 'STOPPED' });
  expect(source.pulls).toBe(2);
  expect(puller.status.state).toBe('stopped');
});

test.each([
  [
    'throws',
    () => {
      throw new Error('the observer is broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the observer is broken')) as never],
])(
  'an observer that %s stops no pull and ends no process, and is told once',
  async (_, observer: () => void) => {
    const { source, puller, copy } = rig();
    source.set('a', 1);
    const told: unknown[] = [];
    Object.assign(globalThis, { reportError: (error: unknown) => void told.push(error) });
    try {
      puller.register(observer);
      await puller.pull();
      await puller.pull();
    } finally {
      Reflect.deleteProperty(globalThis, 'reportError');
    }
    expect(copy()).toEqual({ a: 1 });
    expect(told).toMatchObject([{ code: 'LISTENER_FAILED', cause: new Error('the observer is broken') }]);
  },
);

test('names the option that is out of range', () => {
  const { source, target, monitor } = rig();
  expect(() => new Puller({ source, target, monitor }, { pollMs: 0 })).toThrow(/pollMs takes an integer/);
});

test('stops also while credentials are waited for that never come', async () => {
  const clock = new ManualClock();
  const monitor = new ManualNetworkMonitor();
  const endpoint = 'https://stall.example/changes';
  const source = new FetchChangeSource({
    endpoint,
    clock,
    credentials: () => new Promise(() => undefined),
  });
  const puller = new Puller({ source, target: new MemoryPullTarget(), monitor }, { clock });
  await puller.start();
  await clock.advance(0);
  await puller.stop();
  expect(puller.status.state).toBe('stopped');
  expect(clock.pendingTimers).toBe(0);
});

test('tells the monitor of a portal once, and not of a feed that never answered', async () => {
  const { source, puller, monitor } = rig();
  const kinds: string[] = [];
  const report = monitor.report.bind(monitor);
  monitor.report = (evidence) => {
    kinds.push(evidence.kind);
    report(evidence);
  };
  const portal = (): SyncError => new SyncError('NETWORK_CAPTIVE', 'a 404 of somebody else');
  const pull = (...failures: SyncError[]) => {
    source.failures.push(...failures);
    return puller.pull().catch(() => undefined);
  };
  await pull(portal());
  expect(kinds).toEqual([]);
  await pull();
  await pull(unreachable());
  await pull(portal());
  await pull(portal());
  expect(kinds).toEqual(['answered', 'unreachable', 'captive']);
});
