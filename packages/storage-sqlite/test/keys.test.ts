import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { PayloadCodec } from '@cpc/sync-core';
import { AesGcmCodec } from '@cpc/sync-core/aes-gcm';
import { SqliteQueueStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_700_000_000_000;
let directory: string;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function newCodec(): Promise<PayloadCodec> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
}

async function opened(codec: PayloadCodec): Promise<SqliteQueueStorage> {
  const storage = new SqliteQueueStorage({ file, binding, codec });
  await storage.open();
  return storage;
}

async function run(sql: string): Promise<void> {
  const driver = await binding.open(file);
  driver.exec(sql);
  driver.close();
}

const wrong = { code: 'STORAGE_KEY_WRONG', details: { key: '1' } };

test('of two that have an empty queue open with two keys, the second to write is told', async () => {
  const [one, two] = [await opened(await newCodec()), await opened(await newCodec())];
  await one.enqueue([[operation('a')]]);
  for (const call of [() => two.enqueue([[operation('b')]]), () => two.list(), () => two.stats()])
    await expect(call()).rejects.toMatchObject(wrong);
  expect((await one.list()).items.map(({ id }) => id)).toEqual(['a']);
  expect((await one.stats()).quarantined).toBe(0);
  await one.close();
  await two.close();
});

test('where there is no check yet, or only a damaged one, the payloads tell a wrong key', async () => {
  const codec = await newCodec();
  const first = await opened(codec);
  await first.enqueue([[operation('a')], [operation('b')]]);
  await first.close();
  for (const sql of ['DELETE FROM cpc_queue_keys', `UPDATE cpc_queue_keys SET checksum = 1`]) {
    await run(sql);
    await expect(newCodec().then(opened)).rejects.toMatchObject(wrong);
    const again = await opened(codec);
    expect((await again.list()).items).toHaveLength(2);
    await again.close();
    await expect(newCodec().then(opened)).rejects.toMatchObject(wrong);
  }
});

test('what a wrong key put aside in a file of before is read again, and refuses that key from then on', async () => {
  const codec = await newCodec();
  const first = await opened(codec);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  await first.enqueue(ids.map((id) => [operation(id, { entity: 'e' })]));
  // As a version of before did it: there was no check, and what the key refused was taken for damage.
  const refusing: PayloadCodec = {
    ...(await newCodec()),
    encode: (text) => codec.encode(text),
    decode: async (bytes) => {
      const text = await codec.decode(bytes);
      return text.startsWith('{')
        ? codec.decode(bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))
        : text;
    },
  };
  await first.close();
  const second = await opened(refusing);
  expect((await second.list()).items).toEqual([]);
  expect((await second.stats()).quarantined).toBe(5);
  await second.close();
  await run('DELETE FROM cpc_queue_keys; UPDATE cpc_queue_quarantine SET leased = 1');
  await expect(newCodec().then(opened)).rejects.toMatchObject(wrong);
  const third = await opened(codec);
  const { restored, left } = await third.rereadQuarantined();
  expect([restored.map(({ id, attempted }) => [id, attempted]), left]).toEqual([
    ids.map((id) => [id, true]),
    0,
  ]);
  const order: string[] = [];
  for (let n = 0; n < 5; n++) {
    const { token, operations } = await third.claim({ now: NOW, limit: 9, leaseMs: 1000 });
    order.push(...operations.map(({ id }) => id));
    await third.settle(token, [{ id: operations[0]?.id ?? '', kind: 'remove' }]);
  }
  expect(order).toEqual(ids);
  await third.close();
});

test('a damaged record, and one whose id left the queue meanwhile, stay where they are', async () => {
  const storage = new SqliteQueueStorage({ file, binding });
  await storage.open();
  await storage.enqueue([[operation('damaged')], [operation('again')], [operation('good')]]);
  await run(`UPDATE cpc_queue_operations SET rank = 7 WHERE id <> 'good'`);
  expect((await storage.list()).items.map(({ id }) => id)).toEqual(['good']);
  expect(await storage.rereadQuarantined()).toEqual({ restored: [], left: 2 });
  await storage.close();
});

test('more records than one transaction reads come back in their order', async () => {
  const storage = new SqliteQueueStorage({ file, binding });
  await storage.open();
  const ids = Array.from({ length: 1201 }, (_, n) => `op${n}`);
  await storage.enqueue([ids.map((id, n) => operation(id, { entity: `e${n % 3}` }))]);
  await run('UPDATE cpc_queue_operations SET rank = 7');
  expect((await storage.list({ limit: 9999 })).items).toEqual([]);
  expect((await storage.stats()).quarantined).toBe(1201);
  // What was read was wrong for a moment: in truth the rank is 50.
  const rank = (hex: string) => `'"rank":{"type":"integer","bytes":"${hex}"}'`;
  await run(
    `UPDATE cpc_queue_quarantine SET raw = CAST(replace(CAST(raw AS TEXT), ${rank('37')}, ${rank('3530')}) AS BLOB)`,
  );
  const { restored, left } = await storage.rereadQuarantined();
  expect(restored.map(({ id }) => id)).toEqual(ids);
  expect(left).toBe(0);
  const { byState } = await storage.stats();
  expect([byState.waiting, byState.blocked]).toEqual([3, 1198]);
  await storage.close();
});
