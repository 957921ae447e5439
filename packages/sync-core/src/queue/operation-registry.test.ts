import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/fixtures.js';
import { defineOperation, type OperationOptions } from '../operation/define-operation.js';
import { OperationRegistry } from './operation-registry.js';

const versioned = (options: OperationOptions<unknown, unknown>) =>
  new OperationRegistry([defineOperation('note', options)]);

const stored = (version: number, payload: string) => storedOperation('a', { kind: 'note', version, payload });

const other = storedOperation('a', { kind: 'other' });

test('knows known kinds of no newer version, and sends no others', () => {
  const registry = versioned({ version: 2 });
  expect(registry.knows(stored(1, '1'))).toBe(true);
  expect(registry.knows(stored(2, '1'))).toBe(true);
  expect(registry.knows(stored(3, '1'))).toBe(false);
  expect(() => registry.sendable(stored(3, '1'))).toThrow(
    expect.objectContaining({ code: 'OPERATION_VERSION_NEWER' }),
  );
  expect(registry.knows(other)).toBe(false);
  expect(() => registry.sendable(other)).toThrow(expect.objectContaining({ code: 'OPERATION_KIND_UNKNOWN' }));
  expect(registry.find('other')).toBeUndefined();
});

test('sends what may have been sent before as it was', () => {
  const attempted = storedOperation('a', { kind: 'note', payload: '"hi"', attempted: true });
  expect(versioned({ version: 2, upcast: { 1: () => 'new' } }).sendable(attempted)).toBe(attempted);
});

test('brings an old payload to the version of today, step by step', () => {
  const registry = versioned({
    version: 3,
    upcast: {
      1: (payload) => ({ text: payload }),
      2: (payload) => ({ ...(payload as object), lang: 'en' }),
    },
  });
  expect(registry.sendable(stored(1, '"hi"'))).toEqual(stored(3, '{"text":"hi","lang":"en"}'));
  expect(registry.sendable(stored(2, '{"text":"hi"}'))).toEqual(stored(3, '{"text":"hi","lang":"en"}'));
  const current = stored(3, '{}');
  expect(registry.sendable(current)).toBe(current);
});

test.each<[string, OperationOptions<unknown, unknown>]>([
  ['is missing', { version: 2 }],
  ['leaves a gap', { version: 3, upcast: { 1: (payload) => payload } }],
  [
    'throws',
    {
      version: 2,
      upcast: {
        1: () => {
          throw new Error('boom');
        },
      },
    },
  ],
  ['gives what is no JSON', { version: 2, upcast: { 1: () => new Date(0) } }],
])('an upcast that %s fails as such', (_, options) => {
  expect(() => versioned(options).sendable(stored(1, '1'))).toThrow(
    expect.objectContaining({ code: 'OPERATION_UPCAST_FAILED', cause: expect.anything() as unknown }),
  );
});

test('sends what it does not know as it is stored, where it is told to', () => {
  const definitions = [defineOperation('note', { version: 2, upcast: { 1: () => 'new' } })];
  const registry = new OperationRegistry(definitions, 'send');
  for (const operation of [other, stored(3, '"newer"')]) {
    expect(registry.knows(operation)).toBe(false);
    expect(registry.sendable(operation)).toBe(operation);
  }
  expect(registry.sendable(stored(1, '"old"'))).toEqual(stored(2, '"new"'));
});

test('finds references by JSON Pointer, and nothing on a prototype', () => {
  const registry = versioned({ references: ['/a~1b/0', '/c~0d', '/toString', '/none/x', '/e'] });
  expect(registry.references('note', '{"a/b":["t1"],"c~d":"t2","e":null}')).toEqual([
    { path: '/a~1b/0', id: 't1' },
    { path: '/c~0d', id: 't2' },
  ]);
  expect(registry.references('other', '{}')).toEqual([]);
});

test('joins nothing without a rule', () => {
  const tail = { ...stored(1, '1'), sequence: 1, state: 'waiting', attempts: 0, attempted: false } as const;
  const full = { ...tail, history: [], dueAt: 0, delayMs: 0 };
  expect(versioned({}).coalesce(full, stored(1, '2'), [])).toEqual({ kind: 'none' });
});
