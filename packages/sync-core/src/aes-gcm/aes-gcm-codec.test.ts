import { beforeAll, expect, test } from '@jest/globals';
import { isSyncError } from '../errors/sync-error.js';
import { AesGcmCodec } from './aes-gcm-codec.js';

let key: CryptoKey;
let other: CryptoKey;
beforeAll(async () => {
  key = await newKey();
  other = await newKey();
});

function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

const TEXT = '{"currency":"EUR","note":"grüße 👋"}';

test('what is encoded decodes to the same text, and never looks the same twice', async () => {
  const codec = new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
  const [first, second] = [await codec.encode(TEXT), await codec.encode(TEXT)];
  expect(first).not.toEqual(second);
  expect(new TextDecoder().decode(first)).not.toContain('currency');
  expect(await codec.decode(first)).toBe(TEXT);
  expect(await codec.decode(second)).toBe(TEXT);
});

test('an old key still reads after the codec began to write with a new one', async () => {
  const before = new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
  const after = new AesGcmCodec({
    keys: new Map([
      [1, key],
      [2, other],
    ]),
    writeWith: 2,
  });
  expect(await after.decode(await before.encode(TEXT))).toBe(TEXT);
});

test('every single altered bit is damage or a key that is not there, never another text', async () => {
  const codec = new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 1 });
  const encoded = await codec.encode('{"a":1}');
  for (let bit = 0; bit < encoded.length * 8; bit++) {
    const altered = encoded.slice();
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
    const error: unknown = await codec.decode(altered).catch((caught: unknown) => caught);
    const code = bit >> 3 === 1 ? 'STORAGE_FAILED' : 'STORAGE_DAMAGED';
    expect(isSyncError(error, code)).toBe(true);
  }
});

test('a key that is not there is a failure that names it, not damage', async () => {
  const before = new AesGcmCodec({ keys: new Map([[7, key]]), writeWith: 7 });
  const after = new AesGcmCodec({ keys: new Map([[1, other]]), writeWith: 1 });
  await expect(after.decode(await before.encode(TEXT))).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    details: { key: 7 },
  });
});

test('options that make no sense throw', () => {
  expect(() => new AesGcmCodec({ keys: new Map([[1, key]]), writeWith: 2 })).toThrow(RangeError);
  expect(() => new AesGcmCodec({ keys: new Map([[256, key]]), writeWith: 256 })).toThrow(RangeError);
});
