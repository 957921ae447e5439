import { expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import {
  MemoryQueueStorage,
  processQueue,
  SyncError,
  SyncQueue,
  type Operation,
  type Transport,
} from '@cpc/sync-core';
import { ManualClock, SeededRandom } from '@cpc/sync-core/deterministic';
import {
  FakeCurrencyService,
  setCurrency,
  type CurrencyService,
  type Preferences,
  type SetCurrency,
} from '../../test/currency-service.js';
import { composite, type CompositeOptions } from './composite.js';
import type { ReadPolicy, WritePolicy } from './method-policies.js';
import { withSource, type Composite } from './sourced.js';

interface Setting {
  readonly online: FakeCurrencyService;
  readonly offline: FakeCurrencyService;
  readonly monitor: ManualNetworkMonitor;
  readonly queue: SyncQueue;
  readonly clock: ManualClock;
  readonly service: Composite<CurrencyService>;
  /** Delivers what waits; the server takes it over at once. */
  readonly deliver: () => Promise<void>;
}

interface SettingOptions extends Partial<Omit<CompositeOptions<CurrencyService>, 'methods'>> {
  readonly read?: Partial<ReadPolicy<[string], Preferences>>;
  readonly write?: Partial<WritePolicy<[string, string], Preferences>>;
}

const overlay = (_value: Preferences, operation: Pick<Operation, 'payload'>): Preferences => ({
  currency: (operation.payload as SetCurrency).currency,
});

async function setUp({ read, write, ...options }: SettingOptions = {}): Promise<Setting> {
  const clock = new ManualClock();
  const [online, offline] = [new FakeCurrencyService(), new FakeCurrencyService()];
  const monitor = new ManualNetworkMonitor();
  const storage = new MemoryQueueStorage();
  const queue = new SyncQueue({ storage, clock, random: new SeededRandom(1) }, { operations: [setCurrency] });
  await queue.open();
  const service = composite<CurrencyService>({
    online,
    offline,
    monitor,
    queue,
    clock,
    methods: {
      get: {
        kind: 'read',
        entity: (user) => `currency/${user}`,
        keep: async ({ currency }, user) => {
          await offline.set(user, currency);
        },
        ...read,
      },
      set: {
        kind: 'write',
        operation: setCurrency,
        entity: (user) => `currency/${user}`,
        payload: (user, currency) => ({ user, currency }),
        ...write,
      },
      ping: { kind: 'online' },
      clearCopy: { kind: 'offline' },
    },
    ...options,
  });
  const deliver = async (): Promise<void> => {
    await processQueue(queue, serverOf(online));
  };
  return { online, offline, monitor, queue, clock, service, deliver };
}

function serverOf(online: FakeCurrencyService): Transport {
  return {
    send: (operations) => {
      for (const { payload } of operations) {
        const { user, currency } = payload as SetCurrency;
        online.values.set(user, currency);
      }
      return Promise.resolve(
        operations.map(() => ({ kind: 'acknowledged', result: { currency: 'server' } })),
      );
    },
  };
}

test('reads online, and keeps what it read for later', async () => {
  const { online, offline, monitor, service } = await setUp();
  online.values.set('ann', 'EUR');
  expect(await service.get('ann')).toEqual({ currency: 'EUR' });
  expect(offline.values.get('ann')).toBe('EUR');
  monitor.set('offline');
  online.values.set('ann', 'USD');
  expect(await service.get('ann')).toEqual({ currency: 'EUR' });
  monitor.set('online');
  expect(await service.get('ann')).toEqual({ currency: 'USD' });
});

test.each(['offline', 'captive'] as const)('asks nothing of the network while it is %s', async (state) => {
  const { online, offline, monitor, service } = await setUp();
  offline.values.set('ann', 'EUR');
  monitor.set(state);
  await service.get('ann');
  expect(online.calls).toEqual([]);
});

test('leaves no timer and no listener behind a read', async () => {
  const { online, monitor, clock, service } = await setUp();
  let listeners = 0;
  const register = monitor.register.bind(monitor);
  monitor.register = (observer) => {
    const unregister = register(observer);
    listeners++;
    return () => {
      listeners--;
      unregister();
    };
  };
  online.values.set('ann', 'EUR');
  await service.get('ann');
  online.failure = new Error('connection reset');
  await service.get('ann');
  expect([listeners, clock.pendingTimers]).toEqual([0, 0]);
});

test.each(['unknown', 'degraded'] as const)('tries the network while it is %s', async (state) => {
  const { online, monitor, service } = await setUp();
  online.values.set('ann', 'EUR');
  monitor.set(state);
  expect(await service.get('ann')).toEqual({ currency: 'EUR' });
});

test('tells where a value came from, why, and how old it is', async () => {
  const { online, offline, monitor, service } = await setUp({ read: { keptAt: () => 1_234 } });
  online.values.set('ann', 'EUR');
  const sourced = withSource(service);
  expect(await sourced.get('ann')).toEqual({ value: { currency: 'EUR' }, source: 'online' });
  const failure = new Error('connection reset');
  online.failure = failure;
  expect(await sourced.get('ann')).toEqual({
    value: { currency: 'EUR' },
    source: 'offline',
    reason: 'failed',
    keptAt: 1_234,
    failure,
  });
  monitor.set('offline');
  expect(await sourced.get('ann')).toMatchObject({ source: 'offline', reason: 'network' });
  expect(offline.values.get('ann')).toBe('EUR');
});

test('falls back when the network goes during a read, or does not answer in time', async () => {
  const { online, offline, monitor, clock, service } = await setUp({ read: { timeoutMs: 5_000 } });
  online.values.set('ann', 'USD');
  offline.values.set('ann', 'EUR');
  online.meanwhile = () => new Promise(() => undefined);
  const first = withSource(service).get('ann');
  await clock.advance(0);
  monitor.set('offline');
  expect(await first).toMatchObject({ value: { currency: 'EUR' }, failure: { code: 'NETWORK_UNREACHABLE' } });
  monitor.set('online');
  const second = withSource(service).get('ann');
  await clock.advance(5_000);
  expect(await second).toMatchObject({ value: { currency: 'EUR' }, failure: { code: 'ATTEMPT_TIMEOUT' } });
  expect(clock.pendingTimers).toBe(0);
});

test('a write is queued once, shown at once, and delivered later under its one key', async () => {
  const { online, offline, monitor, queue, service, deliver } = await setUp();
  monitor.set('offline');
  expect(await service.set('ann', 'CHF')).toEqual({ currency: 'CHF' });
  expect(await service.get('ann')).toEqual({ currency: 'CHF' });
  monitor.set('online');
  expect((await queue.stats()).total).toBe(1);
  await deliver();
  expect(online.values.get('ann')).toBe('CHF');
  expect(online.calls).toEqual([]);
  expect(offline.calls.filter((call) => call.startsWith('set'))).toHaveLength(1);
});

test('a caller reads its own write while the server has an older value', async () => {
  const { online, offline, service, deliver } = await setUp();
  online.values.set('ann', 'EUR');
  await service.set('ann', 'CHF');
  expect(await withSource(service).get('ann')).toEqual({
    value: { currency: 'CHF' },
    source: 'offline',
    reason: 'waiting',
  });
  expect(online.calls).toEqual([]);
  await deliver();
  expect(await withSource(service).get('ann')).toEqual({ value: { currency: 'CHF' }, source: 'online' });
  expect(offline.values.get('ann')).toBe('CHF');
});

test('lays waiting changes over the server’s value where it is told how', async () => {
  const { online, offline, service } = await setUp({ read: { overlay } });
  online.values.set('ann', 'EUR');
  await service.set('ann', 'CHF');
  await service.set('ann', 'JPY');
  expect(await withSource(service).get('ann')).toEqual({ value: { currency: 'JPY' }, source: 'overlaid' });
  expect(offline.values.get('ann')).toBe('JPY');
});

test.each([undefined, overlay])(
  'a read that a write overtook neither shows nor keeps the older value',
  async (by) => {
    const { online, offline, service, deliver } = await setUp({
      read: by === undefined ? {} : { overlay: by },
    });
    online.values.set('ann', 'EUR');
    online.meanwhile = async () => {
      online.meanwhile = () => Promise.resolve();
      await service.set('ann', 'CHF');
      await deliver();
    };
    expect(await service.get('ann')).toEqual({ currency: 'CHF' });
    expect(offline.values.get('ann')).toBe('CHF');
  },
);

test('a change that was delivered while the server was asked is laid over its older value', async () => {
  const { online, offline, service, deliver } = await setUp({ read: { overlay } });
  online.values.set('ann', 'EUR');
  await service.set('ann', 'CHF');
  online.meanwhile = deliver;
  expect(await service.get('ann')).toEqual({ currency: 'CHF' });
  expect(offline.values.get('ann')).toBe('CHF');
});

test('a refused change no longer hides the server’s value', async () => {
  const { online, queue, service } = await setUp();
  online.values.set('ann', 'EUR');
  await service.set('ann', 'XXX');
  await processQueue(queue, refusing);
  expect(await withSource(service).get('ann')).toEqual({ value: { currency: 'EUR' }, source: 'online' });
});

test('changes of one user do not send another’s reads to the copy', async () => {
  const { online, service } = await setUp();
  online.values.set('bob', 'USD');
  await service.set('ann', 'CHF');
  expect(await withSource(service).get('bob')).toEqual({ value: { currency: 'USD' }, source: 'online' });
});

test('a refusal online is not hidden by an older value', async () => {
  const { online, offline, service } = await setUp();
  offline.values.set('ann', 'EUR');
  online.failure = new SyncError('REJECTED', 'not yours');
  await expect(service.get('ann')).rejects.toMatchObject({
    code: 'ONLINE_FAILED',
    recoverable: false,
    method: 'get',
    cause: online.failure,
  });
});

test('when both fail, both causes are told', async () => {
  const { online, offline, monitor, service } = await setUp();
  online.failure = new Error('connection reset');
  offline.failure = new Error('disk gone');
  for (const state of ['online', 'offline'] as const) {
    monitor.set(state);
    await expect(service.get('ann')).rejects.toMatchObject({
      code: 'DUAL_FAILED',
      recoverable: true,
      onlineCause: online.failure,
      offlineCause: offline.failure,
    });
  }
});

test('without a copy it tries the network against the monitor’s word', async () => {
  const { online, monitor, service } = await setUp();
  monitor.set('offline');
  online.values.set('ann', 'EUR');
  expect(await withSource(service).get('ann')).toEqual({ value: { currency: 'EUR' }, source: 'online' });
});

test('a good read that cannot be kept is not silent', async () => {
  const told: string[] = [];
  const keep = (): Promise<void> => Promise.reject(new Error('disk full'));
  const strict = await setUp({ read: { keep } });
  strict.online.values.set('ann', 'EUR');
  await expect(strict.service.get('ann')).rejects.toMatchObject({ code: 'OFFLINE_FAILED' });
  const lenient = await setUp({ read: { keep }, onKeepFailure: (_error, method) => told.push(method) });
  lenient.online.values.set('ann', 'EUR');
  expect(await lenient.service.get('ann')).toEqual({ currency: 'EUR' });
  expect(told).toEqual(['get']);
});

test('a write whose copy fails is taken back, and changes nothing', async () => {
  const { offline, queue, service } = await setUp();
  offline.failure = new Error('disk full');
  await expect(service.set('ann', 'CHF')).rejects.toMatchObject({
    code: 'OFFLINE_FAILED',
    recoverable: true,
    operationId: undefined,
  });
  expect((await queue.stats()).total).toBe(0);
});

test('a write whose copy fails when it is being sent says that it will be delivered', async () => {
  const { offline, queue, service } = await setUp();
  offline.meanwhile = async () => {
    await queue.storage.claim({ now: Number.MAX_SAFE_INTEGER, limit: 1, leaseMs: 1_000 });
    throw new Error('disk full');
  };
  const failed = service.set('ann', 'CHF');
  await expect(failed).rejects.toMatchObject({ code: 'OFFLINE_FAILED', recoverable: false });
  const [left] = (await queue.list()).items;
  await expect(failed).rejects.toMatchObject({ operationId: left!.id });
});

test('a queue that refuses leaves the copy as it was', async () => {
  const { offline, service } = await setUp({ write: { payload: () => Number.NaN } });
  offline.values.set('ann', 'EUR');
  await expect(service.set('ann', 'CHF')).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  expect(offline.values.get('ann')).toBe('EUR');
});

test('a write that waits for the server’s word gets it', async () => {
  const { clock, service, deliver } = await setUp({
    write: { waitMs: 5_000, result: (answer) => answer as Preferences },
  });
  const writing = service.set('ann', 'CHF');
  await clock.advance(0);
  await deliver();
  expect(await writing).toEqual({ currency: 'server' });
  expect(clock.pendingTimers).toBe(0);
});

test('a write that waits is a success when no word comes in time, or there is no network', async () => {
  const { clock, monitor, queue, service } = await setUp({ write: { waitMs: 5_000 } });
  const writing = service.set('ann', 'CHF');
  await clock.advance(5_000);
  expect(await writing).toEqual({ currency: 'CHF' });
  monitor.set('offline');
  expect(await service.set('ann', 'JPY')).toEqual({ currency: 'JPY' });
  expect((await queue.stats()).total).toBe(2);
  expect(clock.pendingTimers).toBe(0);
});

test('a write that waits is told of a refusal', async () => {
  const { clock, queue, service } = await setUp({ write: { waitMs: 5_000 } });
  const writing = service.set('ann', 'XXX');
  const refused = expect(writing).rejects.toMatchObject({
    code: 'ONLINE_FAILED',
    recoverable: false,
    cause: { code: 'UNKNOWN_CURRENCY' },
  });
  await clock.advance(0);
  await processQueue(queue, refusing);
  await refused;
});

test('what works on one side only names that side when it fails', async () => {
  const { online, offline, service } = await setUp();
  expect(await service.ping()).toBe('pong');
  await service.clearCopy('ann');
  online.failure = offline.failure = new Error('no');
  await expect(service.ping()).rejects.toMatchObject({ code: 'ONLINE_FAILED', recoverable: true });
  await expect(service.clearCopy('ann')).rejects.toMatchObject({ code: 'OFFLINE_FAILED' });
});

test('policies are typed by the service', () => {
  const keepsNumbers: (value: number) => Promise<void> = () => Promise.resolve();
  const methods: CompositeOptions<CurrencyService>['methods'] = {
    // @ts-expect-error get gives preferences, not a number
    get: { kind: 'read', entity: (user: string) => user, keep: keepsNumbers },
    set: { kind: 'online' },
    ping: { kind: 'online' },
    clearCopy: { kind: 'offline' },
  };
  expect(Object.keys(methods)).toHaveLength(4);
});

const refusing: Transport = {
  send: (operations) =>
    Promise.resolve(
      operations.map(() => ({
        kind: 'rejected',
        reason: { code: 'UNKNOWN_CURRENCY', message: 'No such currency.' },
      })),
    ),
};
