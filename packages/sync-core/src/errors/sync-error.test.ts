import { expect, test } from '@jest/globals';
import { isSyncError, SYNC_ERROR_CODES, SyncError } from './sync-error.js';
import { toFailure } from './to-failure.js';

test('carries its code, its cause and its details', () => {
  const cause = new Error('disk');
  const error = new SyncError('STORAGE_FULL', 'No space.', { cause, details: { free: 0 } });
  expect(error).toMatchObject({ name: 'SyncError', code: 'STORAGE_FULL', message: 'No space.', cause });
  expect(error.details).toEqual({ free: 0 });
  expect(error).toBeInstanceOf(Error);
});

test('has no cause where none was given, and keeps an undefined one that was', () => {
  expect(new SyncError('STORAGE_FULL', 'x')).not.toHaveProperty('cause');
  expect('cause' in new SyncError('STORAGE_FULL', 'x', { cause: undefined })).toBe(true);
});

test('is recognised by its brand, of any code or of one', () => {
  const error: unknown = new SyncError('QUEUE_FULL', 'x');
  expect(isSyncError(error)).toBe(true);
  expect(isSyncError(error, 'QUEUE_FULL')).toBe(true);
  expect(isSyncError(error, 'STORAGE_FULL')).toBe(false);
});

test('is recognised when it comes from another copy of the package', () => {
  const foreign = { code: 'QUEUE_FULL', [Symbol.for('@cpc/SyncError')]: true };
  expect(isSyncError(foreign, 'QUEUE_FULL')).toBe(true);
});

test.each([undefined, null, 'QUEUE_FULL', { code: 'QUEUE_FULL' }, new Error('x')])('%p is none', (value) => {
  expect(isSyncError(value)).toBe(false);
});

test('no code is listed twice', () => {
  expect(new Set(SYNC_ERROR_CODES).size).toBe(SYNC_ERROR_CODES.length);
});

test('a SyncError keeps its code as a failure; anything else gets the given one', () => {
  expect(toFailure(new SyncError('QUEUE_FULL', 'full'), 'STORAGE_FAILED')).toEqual({
    code: 'QUEUE_FULL',
    message: 'full',
  });
  expect(toFailure(new TypeError('bad'), 'STORAGE_FAILED')).toEqual({
    code: 'STORAGE_FAILED',
    message: 'TypeError: bad',
  });
  expect(toFailure('text', 'STORAGE_FAILED')).toEqual({ code: 'STORAGE_FAILED', message: 'text' });
  expect(toFailure(undefined, 'STORAGE_FAILED').message).toBe('undefined');
});
