import { expect, test } from '@jest/globals';
import { SyncError } from './sync-error.js';
import { toFailure } from './to-failure.js';

test('keeps the code of an error of the library, and gives one to every other', () => {
  expect(toFailure(new SyncError('QUEUE_FULL', 'full'), 'STORAGE_FAILED')).toEqual({
    code: 'QUEUE_FULL',
    message: 'full',
  });
  expect(toFailure(new TypeError('x'), 'STORAGE_FAILED')).toEqual({
    code: 'STORAGE_FAILED',
    message: 'TypeError: x',
  });
  expect(toFailure(undefined, 'STORAGE_FAILED').message).toBe('undefined');
});

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const silent = new Error('x');
Object.defineProperty(silent, 'message', {
  get: () => {
    throw new Error('no message');
  },
});
const branded = Object.assign(Object.create(null) as object, {
  [Symbol.for('@cpc/SyncError')]: true,
  code: 7,
});

test.each<[string, unknown]>([
  ['an object without a prototype', Object.create(null)],
  ['a revoked Proxy', revoked.proxy],
  ['an object whose text is none', { toString: () => 5n as unknown as string, valueOf: () => ({}) }],
  ['an error whose message throws', silent],
  ['an object that only claims to be an error of the library', branded],
  ['a function whose text throws', Object.assign(() => 1, { toString: () => JSON.parse('{') as string })],
])('never throws: %s', (_, thrown) => {
  expect(toFailure(thrown, 'LISTENER_FAILED')).toEqual({
    code: 'LISTENER_FAILED',
    message: expect.any(String),
  });
});

test('cuts a text that would fill a storage', () => {
  expect(toFailure(new Error('x'.repeat(1_000_000)), 'STORAGE_FAILED').message).toHaveLength(2000);
});
