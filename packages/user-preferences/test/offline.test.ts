import { describe, expect, test } from '@jest/globals';
import { MemoryQueueStorage, SyncQueue } from '@cpc/sync-core';
import { DEFAULT_PREFERENCES, SqliteUserPreferences, updatePreferences } from '../src/index.js';
import { RIGS } from './rigs.js';

const SERVERS = { ...DEFAULT_PREFERENCES, currency: 'CHF', language: 'de-CH' };

describe.each(RIGS)('%s', (_, setUp) => {
  test('says so where nothing is known of a person', async () => {
    await using rig = await setUp();
    await expect(rig.offline.get('ann')).rejects.toMatchObject({ code: 'OFFLINE_FAILED' });
  });

  test('gives back what the server said, and when', async () => {
    await using rig = await setUp();
    await rig.offline.keep('ann', SERVERS);
    const keptAt = rig.clock.now();
    await rig.clock.advance(60_000);
    expect(await rig.reopened().get('ann')).toEqual({ ...SERVERS, keptAt });
    await expect(rig.offline.get('bob')).rejects.toMatchObject({ code: 'OFFLINE_FAILED' });
  });

  test('each setter changes its field, enqueues it, and leaves the age of the rest as it is', async () => {
    await using rig = await setUp();
    await rig.offline.keep('ann', SERVERS);
    const keptAt = rig.clock.now();
    await rig.clock.advance(60_000);
    await rig.offline.setCurrency('ann', 'BTC');
    await rig.offline.setLanguage('ann', 'fr-ch');
    await rig.offline.setTheme('ann', 'dark');
    const last = await rig.offline.setNotifications('ann', { push: true });
    const expected = {
      currency: 'BTC',
      language: 'fr-CH',
      theme: 'dark',
      notifications: { email: false, push: true, sms: false },
      keptAt,
    };
    expect(last).toEqual(expected);
    expect(await rig.reopened().get('ann')).toEqual(expected);
    const { items } = await rig.queue.list({ principals: 'all' });
    expect(items).toMatchObject([
      {
        kind: 'preferences.update',
        entity: 'preferences/ann',
        principal: 'ann',
        payload: {
          user: 'ann',
          change: { currency: 'BTC', language: 'fr-CH', theme: 'dark', notifications: { push: true } },
        },
      },
    ]);
  });

  test('a person of whom nothing is known begins with the defaults', async () => {
    await using rig = await setUp();
    expect(await rig.offline.setCurrency('ann', 'EUR')).toEqual({ ...DEFAULT_PREFERENCES, currency: 'EUR' });
  });

  test('where the queue takes no more, the copy is as it was', async () => {
    await using rig = await setUp({ maxPending: 1 });
    await rig.offline.setCurrency('bob', 'EUR');
    await rig.offline.keep('ann', SERVERS);
    await expect(rig.offline.setCurrency('ann', 'BTC')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(await rig.reopened().get('ann')).toMatchObject({ currency: 'CHF' });
    expect((await rig.queue.list({ principals: 'all' })).items).toHaveLength(1);
    await rig.queue.discard((await rig.queue.list({ principals: 'all' })).items[0]!.id, {
      principals: 'all',
    });
    expect(await rig.offline.setCurrency('ann', 'BTC')).toMatchObject({ currency: 'BTC' });
  });

  test('a value that is none changes nothing', async () => {
    await using rig = await setUp();
    await expect(rig.offline.setCurrency('ann', 'euro')).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
    expect((await rig.queue.list({ principals: 'all' })).items).toEqual([]);
    await expect(rig.offline.get('ann')).rejects.toMatchObject({ code: 'OFFLINE_FAILED' });
  });

  test('changes at the same time all stand', async () => {
    await using rig = await setUp();
    await Promise.all([
      rig.offline.setCurrency('ann', 'EUR'),
      rig.offline.setTheme('ann', 'light'),
      rig.offline.setNotifications('ann', { sms: true }),
      rig.offline.setCurrency('bob', 'BTC'),
    ]);
    expect(await rig.offline.get('ann')).toMatchObject({
      currency: 'EUR',
      theme: 'light',
      notifications: { sms: true },
    });
    expect(
      (await rig.queue.list({ principals: 'all' })).items.map(({ principal }) => principal).sort(),
    ).toEqual(['ann', 'bob']);
  });
});

test('a queue whose storage cannot join a transaction is refused', () => {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [updatePreferences] });
  const database = { exec: () => undefined, prepare: () => ({ get: () => undefined, run: () => undefined }) };
  expect(() => new SqliteUserPreferences({ database, queue })).toThrow('enqueueIn');
});
