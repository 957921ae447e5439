import { expect, test } from '@jest/globals';
import { AesGcmCodec } from '../aes-gcm/aes-gcm-codec.js';
import { isSyncError, SyncError } from '../errors/sync-error.js';
import type { PayloadCodec } from '../ports/payload-codec.js';
import { CodecKeys, type KeyCheck } from './codec-keys.js';

const newKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']);

const codecOf = (keys: readonly (readonly [number, CryptoKey])[], writeWith: number): AesGcmCodec =>
  new AesGcmCodec({ keys: new Map(keys), writeWith });

const checkOf = async (codec: PayloadCodec): Promise<KeyCheck> =>
  (await new CodecKeys(codec).ownCheck()) as KeyCheck;

const damage = new SyncError('STORAGE_DAMAGED', 'refused');

test('what a proven key refuses is damage, and what another refuses says nothing', async () => {
  const codec = codecOf([[1, await newKey()]], 1);
  const check = await checkOf(codec);
  expect(check.key).toBe('1');
  const keys = new CodecKeys(codec);
  const payload = await codec.encode('{}');
  expect(isSyncError(keys.judge(payload, damage), 'STORAGE_KEY_WRONG')).toBe(true);
  expect(await keys.meet([check])).toEqual({ right: new Set(['1']), wrong: new Set() });
  expect(keys.judge(payload, damage)).toBe(damage);
});

test('another key under the same number is told, whatever numbers come before', async () => {
  const [one, two] = [await newKey(), await newKey()];
  const before = codecOf(
    [
      [1, one],
      [2, two],
    ],
    2,
  );
  const after = codecOf(
    [
      [1, one],
      [2, await newKey()],
    ],
    1,
  );
  const keys = new CodecKeys(after);
  expect((await keys.meet([await checkOf(before)])).wrong).toEqual(new Set(['2']));
  const kept = [await after.encode('1'), await before.encode('2')];
  await expect(keys.proveBy('2', kept)).rejects.toMatchObject({
    code: 'STORAGE_KEY_WRONG',
    details: { key: '2' },
  });
  await keys.proveBy('1', kept);
  expect(keys.isProven('1')).toBe(true);
});

test('one damaged payload does not make a key the wrong one, and none at all leaves it free', async () => {
  const codec = codecOf([[1, await newKey()]], 1);
  const keys = new CodecKeys(codec);
  const forged = (await codec.encode('1')).map((byte, at) => (at === 20 ? byte ^ 1 : byte));
  await keys.proveBy('1', [forged, await codec.encode('2')]);
  expect(keys.isProven('1')).toBe(true);
  const others = new CodecKeys(codec);
  await others.proveBy('1', []);
  expect(others.isProven('1')).toBe(false);
});

test('what was proven is so no longer where the check is another one now', async () => {
  const codec = codecOf([[1, await newKey()]], 1);
  const keys = new CodecKeys(codec);
  await keys.meet([await checkOf(codec)]);
  await keys.meet([await checkOf(codecOf([[1, await newKey()]], 1))]);
  expect(keys.isProven('1')).toBe(false);
});

test('a codec without the key, or without any, proves nothing and is no wrong one', async () => {
  const check = await checkOf(codecOf([[1, await newKey()]], 1));
  const keys = new CodecKeys(codecOf([[2, await newKey()]], 2));
  expect(await keys.meet([check])).toEqual({ right: new Set(), wrong: new Set() });
  await keys.proveBy('1', [check.sealed]);
  const failure = new SyncError('STORAGE_FAILED', 'the key is not there');
  expect(keys.judge(check.sealed, failure)).toBe(failure);
  const locked = { encode: () => Promise.reject(new Error('locked')), decode: () => Promise.reject(failure) };
  expect(await new CodecKeys(locked).ownCheck()).toBeUndefined();
});

test('a codec that names no keys has one, and one that reads nonsense is another', async () => {
  const codecWith = (mask: number): PayloadCodec => {
    const turned = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte) => byte ^ mask);
    return {
      encode: (text) => Promise.resolve(turned(new TextEncoder().encode(text))),
      decode: (bytes) => Promise.resolve(new TextDecoder().decode(turned(bytes))),
    };
  };
  const check = await checkOf(codecWith(3));
  expect(check.key).toBe('');
  expect((await new CodecKeys(codecWith(3)).meet([check])).right).toEqual(new Set(['']));
  const other = new CodecKeys(codecWith(4));
  expect((await other.meet([check])).wrong).toEqual(new Set(['']));
  await expect(other.proveBy('', [await codecWith(3).encode('{"a":1}')])).rejects.toMatchObject({
    code: 'STORAGE_KEY_WRONG',
  });
});
