import { expect, test } from '@jest/globals';
import { AesGcmCodec } from '../aes-gcm/aes-gcm-codec.js';
import { isSyncError, SyncError } from '../errors/sync-error.js';
import { CodecKeys, type KeyCheck } from './codec-keys.js';

const newKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']);

const codecOf = (keys: readonly (readonly [number, CryptoKey])[], writeWith: number): AesGcmCodec =>
  new AesGcmCodec({ keys: new Map(keys), writeWith });

const damage = new SyncError('STORAGE_DAMAGED', 'refused');

test('a key is known again, and what it refuses is damage', async () => {
  const codec = codecOf([[1, await newKey()]], 1);
  const check = (await new CodecKeys(codec).ownCheck()) as KeyCheck;
  expect(check.key).toBe('1');
  const keys = new CodecKeys(codec);
  const payload = await codec.encode('{}');
  expect(isSyncError(keys.judge(payload, damage), 'STORAGE_KEY_WRONG')).toBe(true);
  await keys.prove([check]);
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
  const check = (await new CodecKeys(before).ownCheck()) as KeyCheck;
  const after = codecOf(
    [
      [1, one],
      [2, await newKey()],
    ],
    1,
  );
  await expect(new CodecKeys(after).prove([check])).rejects.toMatchObject({
    code: 'STORAGE_KEY_WRONG',
    details: { key: '2' },
  });
});

test('a codec without the key, or without any, proves nothing and is no wrong one', async () => {
  const check = (await new CodecKeys(codecOf([[1, await newKey()]], 1)).ownCheck()) as KeyCheck;
  const keys = new CodecKeys(codecOf([[2, await newKey()]], 2));
  await keys.prove([check]);
  const failure = new SyncError('STORAGE_FAILED', 'the key is not there');
  expect(keys.judge(check.sealed, failure)).toBe(failure);
  const locked = { encode: () => Promise.reject(new Error('locked')), decode: () => Promise.reject(failure) };
  expect(await new CodecKeys(locked).ownCheck()).toBeUndefined();
});

test('a codec that names no keys has one, and one that reads nonsense is another', async () => {
  const codecWith = (mask: number) => {
    const turned = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte) => byte ^ mask);
    return {
      encode: (text: string) => Promise.resolve(turned(new TextEncoder().encode(text))),
      decode: (bytes: Uint8Array) => Promise.resolve(new TextDecoder().decode(turned(bytes))),
    };
  };
  const check = (await new CodecKeys(codecWith(3)).ownCheck()) as KeyCheck;
  expect(check.key).toBe('');
  await new CodecKeys(codecWith(3)).prove([check]);
  await expect(new CodecKeys(codecWith(4)).prove([check])).rejects.toMatchObject({
    code: 'STORAGE_KEY_WRONG',
  });
});
