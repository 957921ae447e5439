import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import type { NetworkMonitor } from '@cpc/network';
import { defineOperation, MemoryQueueStorage, SyncQueue } from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import { ConnectTransport } from '../src/connect/index.js';
import { composite } from '../src/index.js';
import { MemoryPullTarget, Puller } from '../src/pull/index.js';
import { operation } from './operation.js';
import { ScriptedSource } from './scripted-source.js';

let told: unknown[];
beforeEach(() => {
  told = [];
  Object.assign(globalThis, { reportError: (error: unknown) => void told.push(error) });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'reportError');
});

const explode = (): never => {
  throw new TypeError('the monitor is broken');
};

/** Monitors that do what they must not. */
const BROKEN: readonly [string, unknown][] = [
  [
    'throws',
    {
      get status() {
        return explode();
      },
      register: explode,
      report: explode,
    },
  ],
  [
    'lies',
    {
      status: undefined,
      register: (observer: (status: unknown) => void) => observer(undefined),
      report: () => Promise.reject(new Error('the monitor is broken')),
    },
  ],
  ['knows no such state', { status: { state: 7 }, register: () => 'never', report: () => 1 }],
];

interface Notes {
  get(user: string): Promise<string>;
  set(user: string, text: string): Promise<string>;
}

const write = defineOperation<string>('note.write');

async function notesWith(monitor: unknown) {
  const clock = new ManualClock();
  const random = new SeededRandom(1);
  const queue = new SyncQueue({ storage: new MemoryQueueStorage(), clock, random }, { operations: [write] });
  await queue.open();
  const copy = new Map<string, string>();
  const service: Notes = {
    get: (user) => Promise.resolve(`${user}’s`),
    set: async (user, text) => {
      copy.set(user, text);
      return Promise.resolve(text);
    },
  };
  const notes = composite<Notes>({
    online: service,
    offline: service,
    monitor: monitor as NetworkMonitor,
    queue,
    clock,
    methods: {
      get: {
        kind: 'read',
        entity: (user) => user,
        keep: (text, user) => Promise.resolve(void copy.set(user, text)),
      },
      set: {
        kind: 'write',
        operation: write,
        payload: (_user, text) => text,
        entity: (user) => user,
        waitMs: 50,
      },
    },
  });
  return { notes, queue, clock, copy };
}

describe.each(BROKEN)('a monitor that %s', (_, monitor) => {
  test('rejects no write that is queued', async () => {
    const { notes, queue, clock, copy } = await notesWith(monitor);
    const written = notes.set('ann', 'twice');
    for (let turn = 0; turn < 50 && (await queue.stats()).total === 0; turn++) await Promise.resolve();
    await clock.advance(50);
    expect(await written).toBe('twice');
    expect([(await queue.stats()).total, copy.get('ann')]).toEqual([1, 'twice']);
    await queue.close();
  });

  test('lets reads try the network', async () => {
    const { notes, queue, clock, copy } = await notesWith(monitor);
    expect(await notes.get('ann')).toBe('ann’s');
    expect([copy.get('ann'), clock.pendingTimers]).toEqual(['ann’s', 0]);
    await queue.close();
  });

  test('stops no pull', async () => {
    const source = new ScriptedSource();
    source.set('e', 1);
    const target = new MemoryPullTarget();
    const clock = new ManualClock();
    const options = { clock, random: new SeededRandom(1), pollMs: 60_000 };
    const puller = new Puller({ source, target, monitor: monitor as NetworkMonitor }, options);
    await puller.start();
    await clock.advance(0);
    expect(puller.status).toMatchObject({ state: 'idle', pulls: 1 });
    source.set('e', 2);
    await clock.advance(60_000);
    expect(puller.status).toMatchObject({ state: 'idle', pulls: 2 });
    await puller.stop();
    expect(puller.status.state).toBe('stopped');
  });
});

test('what a monitor throws is told where the platform tells errors, once', async () => {
  const { notes, queue } = await notesWith(BROKEN[0]![1]);
  for (let reads = 0; reads < 3; reads++) await notes.get('ann');
  expect(told).toEqual([
    expect.objectContaining({ code: 'NETWORK_UNREACHABLE', cause: new TypeError('the monitor is broken') }),
  ]);
  await queue.close();
});

test.each([
  ['throws', explode],
  ['rejects', (): unknown => Promise.reject(new TypeError('the monitor is broken'))],
])('a reconnect that %s leaves an outage an outage, and is told once', async (_, reconnect) => {
  const lost = createRouterTransport(() => undefined, {
    transport: {
      interceptors: [
        () => () =>
          Promise.reject(new ConnectError('gone', Code.Unavailable, undefined, undefined, 'no network')),
      ],
    },
  });
  const transport = new ConnectTransport({ transport: lost, reconnect });
  for (let sends = 0; sends < 2; sends++) {
    const { signal } = new AbortController();
    const outcomes = await transport.send([operation({ id: 'k' })], { signal });
    expect(outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } }]);
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toHaveLength(1);
});
