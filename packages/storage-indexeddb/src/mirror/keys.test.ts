import 'fake-indexeddb/auto';
import { expect, test } from '@jest/globals';
import type { PayloadCodec } from '@cpc/sync-core';
import { AesGcmCodec } from '@cpc/sync-core/aes-gcm';
import { openDB } from 'idb';
import { idsOf, operation } from '../../test/fixtures.js';
import { DEFAULT_STORE_NAME } from '../format/store-layout.js';
import { IndexedDbQueueStorage } from '../index.js';

async function newCodec(): Promise<PayloadCodec> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
}

async function opened(name: string, codec: PayloadCodec): Promise<IndexedDbQueueStorage> {
  const storage = new IndexedDbQueueStorage({ name, codec });
  await storage.open();
  return storage;
}

const wrong = { code: 'STORAGE_KEY_WRONG', details: { key: '1' } };

test('of two tabs that have an empty queue open with two keys, the second to write is told', async () => {
  const name = 'two-keys';
  const [one, two] = [await opened(name, await newCodec()), await opened(name, await newCodec())];
  await one.enqueue([[operation('a')]]);
  for (const call of [() => two.enqueue([[operation('b')]]), () => two.list(), () => two.stats()])
    await expect(call()).rejects.toMatchObject(wrong);
  expect(idsOf((await one.list()).items)).toEqual(['a']);
  expect((await one.stats()).quarantined).toBe(0);
  await one.close();
  await two.close();
});

test('where there is no check yet, the payloads tell a wrong key, and the right one leaves a check', async () => {
  const name = 'no-check';
  const codec = await newCodec();
  const first = await opened(name, codec);
  await first.enqueue([[operation('a')], [operation('b')]]);
  await first.close();
  const keys = async (): Promise<readonly IDBValidKey[]> => {
    const db = await openDB(name);
    const found = await db.getAllKeys(DEFAULT_STORE_NAME, IDBKeyRange.bound(['key'], ['key', []]));
    db.close();
    return found;
  };
  expect(await keys()).toEqual([['key', '1']]);
  const db = await openDB(name);
  await db.delete(DEFAULT_STORE_NAME, ['key', '1']);
  db.close();
  await expect(opened(name, await newCodec())).rejects.toMatchObject(wrong);
  const again = await opened(name, codec);
  await again.enqueue([[operation('c')]]);
  expect(idsOf((await again.list()).items)).toEqual(['a', 'b', 'c']);
  await again.close();
  expect(await keys()).toEqual([['key', '1']]);
  await expect(opened(name, await newCodec())).rejects.toMatchObject(wrong);
});

test('what one tab reads again, the other has as well', async () => {
  const name = 'read-again';
  const codec = await newCodec();
  let isRefusing = false;
  const doubtful: PayloadCodec = {
    encode: (text) => codec.encode(text),
    decode: async (bytes) => {
      const text = await codec.decode(bytes);
      return isRefusing && text.includes('"a"') ? codec.decode(bytes.slice(0, 20)) : text;
    },
  };
  const first = await opened(name, codec);
  await first.enqueue([[operation('a', { entity: 'e' }), operation('b', { entity: 'e' })]]);
  await first.close();
  isRefusing = true;
  const [one, two] = [await opened(name, doubtful), await opened(name, doubtful)];
  const told: string[] = [];
  two.notices.subscribe(({ kind }) => told.push(kind));
  for (const tab of [one, two]) expect(idsOf((await tab.list()).items)).toEqual(['b']);
  isRefusing = false;
  const { restored, left } = await one.rereadQuarantined();
  expect([idsOf(restored), left]).toEqual([['a'], 0]);
  for (const tab of [one, two]) {
    expect((await tab.list()).items.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'waiting'],
      ['b', 'blocked'],
    ]);
    await tab.close();
  }
});
