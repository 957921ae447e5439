import { expect, test } from '@jest/globals';
import { processQueue } from '@cpc/sync-core';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ManualNetworkMonitor } from '@cpc/network';
import { ConnectTransport } from '@cpc/adapters/connect';
import { OnlineFailureError, OfflineFailureError, DualFailureError } from '@cpc/adapters';
import { ConnectUserPreferences } from '../src/connect/index.js';
import { createUserPreferences, type CompositeUserPreferencesOptions } from '../src/index.js';
import { startPreferences } from './live-preferences.js';
import { RIGS, type Rig } from './rigs.js';

const bearer = (user: string | undefined) => ({ authorization: `Bearer ${user ?? 'nobody'}` });

async function setUp(makeRig: () => Promise<Rig>, options: Partial<CompositeUserPreferencesOptions> = {}) {
  const rig = await makeRig();
  const server = await startPreferences();
  const monitor = new ManualNetworkMonitor();
  const transport = createGrpcTransport({ baseUrl: server.origin });
  const client = new ConnectUserPreferences({ transport, credentials: bearer });
  const preferences = createUserPreferences({ database: rig.offline, monitor, client }, options);
  const deliver = async (user: string) => {
    await rig.queue.signIn(user);
    await processQueue(rig.queue, new ConnectTransport({ transport, credentials: bearer }));
  };
  return {
    ...rig,
    server,
    monitor,
    client,
    preferences,
    deliver,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

test.each(RIGS)('a day offline with %s', async (_, makeRig) => {
  await using app = await setUp(() => makeRig());
  expect(await app.preferences.get('ann')).toMatchObject({ currency: 'USD' });
  const keptAt = app.clock.now();

  app.monitor.set('offline');
  await app.clock.advance(3_600_000);
  expect(await app.preferences.setCurrency('ann', 'CHF')).toMatchObject({ currency: 'CHF', keptAt });
  await app.preferences.setTheme('ann', 'dark');
  const stale = await app.preferences.getWithSource('ann');
  expect(stale).toMatchObject({
    value: { currency: 'CHF', theme: 'dark' },
    source: 'offline',
    reason: 'network',
    keptAt,
  });
  expect(await app.client.get('ann')).toMatchObject({ currency: 'USD' });

  app.monitor.set('online');
  expect(await app.preferences.getWithSource('ann')).toMatchObject({
    value: { currency: 'CHF', theme: 'dark' },
    source: 'overlaid',
  });
  await app.deliver('ann');
  const fresh = await app.preferences.getWithSource('ann');
  expect(fresh).toMatchObject({ value: { currency: 'CHF', theme: 'dark' }, source: 'online' });
  expect(fresh.value).not.toHaveProperty('keptAt');
  expect(app.server.effects()).toBe(1);
});

test('two people on one device have their own preferences, and their own credentials', async () => {
  await using app = await setUp(RIGS[0]![1]);
  await app.preferences.setCurrency('ann', 'CHF');
  await app.preferences.setCurrency('bob', 'BTC');
  await app.deliver('ann');
  expect((await app.queue.list({ principals: 'all' })).items.map(({ principal }) => principal)).toEqual([
    'bob',
  ]);
  await app.deliver('bob');
  expect(await app.client.get('ann')).toMatchObject({ currency: 'CHF' });
  expect(await app.client.get('bob')).toMatchObject({ currency: 'BTC' });
});

test('what the server refuses is an error online, and no older value', async () => {
  await using app = await setUp(RIGS[0]![1]);
  const transport = createGrpcTransport({ baseUrl: app.server.origin });
  const client = new ConnectUserPreferences({ transport, credentials: () => bearer('bob') });
  const preferences = createUserPreferences({ database: app.offline, monitor: app.monitor, client });
  await app.offline.keep('ann', await app.client.get('ann'));
  const read = preferences.get('ann');
  await expect(read).rejects.toThrow(OnlineFailureError);
  await expect(read).rejects.toMatchObject({ recoverable: false, cause: { code: 'REJECTED' } });
});

test('a server that is not there is stood in for by the copy, and without one both failures are told', async () => {
  await using app = await setUp(RIGS[0]![1]);
  await app.preferences.get('ann');
  await app.server[Symbol.asyncDispose]();
  const read = await app.preferences.getWithSource('ann');
  expect(read).toMatchObject({
    source: 'offline',
    reason: 'failed',
    failure: { code: 'NETWORK_UNREACHABLE' },
  });
  const unknown = app.preferences.get('bob');
  await expect(unknown).rejects.toThrow(DualFailureError);
  await expect(unknown).rejects.toMatchObject({
    onlineCause: { code: 'NETWORK_UNREACHABLE' },
    offlineCause: { code: 'OFFLINE_FAILED' },
  });
});

test('a value that is none is refused before anything happens', async () => {
  await using app = await setUp(RIGS[0]![1]);
  await expect(app.preferences.setCurrency('ann', 'DEM')).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  await expect(app.client.setLanguage('ann', '?')).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  expect((await app.queue.list({ principals: 'all' })).items).toEqual([]);
});

test('the client changes the server at once', async () => {
  await using app = await setUp(RIGS[0]![1]);
  await app.client.setCurrency('ann', 'EUR');
  await app.client.setLanguage('ann', 'de-ch');
  await app.client.setTheme('ann', 'light');
  expect(await app.client.setNotifications('ann', { email: true })).toEqual({
    currency: 'EUR',
    language: 'de-CH',
    theme: 'light',
    notifications: { email: true, push: false, sms: false },
  });
});

test('a copy that cannot be refreshed fails the read, or is told to who asked for it', async () => {
  await using app = await setUp(RIGS[0]![1]);
  const broken = Object.assign(Object.create(app.offline) as typeof app.offline, {
    keep: () => Promise.reject(new Error('no space')),
  });
  const parts = { database: broken, monitor: app.monitor, client: app.client };
  await expect(createUserPreferences(parts).get('ann')).rejects.toThrow(OfflineFailureError);
  const told: unknown[] = [];
  const lenient = createUserPreferences(parts, { onKeepFailure: (error) => told.push(error) });
  expect(await lenient.get('ann')).toMatchObject({ currency: 'USD' });
  expect(told).toMatchObject([{ message: 'no space' }]);
});
