import { expect, test } from '@jest/globals';
import { defineOperation, type OperationOptions } from './define-operation.js';
import { OperationPriority } from './priority.js';

test('a definition has a medium priority and version 1, and is frozen', () => {
  const definition = defineOperation('note.write');
  expect(definition).toEqual({
    kind: 'note.write',
    priority: OperationPriority.Medium,
    version: 1,
    is: expect.any(Function),
  });
  expect(Object.isFrozen(definition)).toBe(true);
});

test('keeps what it was given', () => {
  const entity = (): string => 'e';
  const options = { entity, priority: 7, version: 3, coalesce: 'replace', references: ['/a'] } as const;
  expect(defineOperation('note.write', options)).toMatchObject({ kind: 'note.write', ...options });
});

test.each<[string, OperationOptions<unknown, unknown>, ErrorConstructor]>([
  ['priority', { priority: 101 }, RangeError],
  ['priority', { priority: -1 }, RangeError],
  ['priority', { priority: 0.5 }, RangeError],
  ['version', { version: 0 }, RangeError],
  ['expiresAfterMs', { expiresAfterMs: 0 }, RangeError],
  ['references', { references: ['a'] }, TypeError],
  ['references', { references: [''] }, TypeError],
])('refuses a bad %s: %j', (name, options, expected) => {
  const define = (): unknown => defineOperation('note.write', options);
  expect(define).toThrow(expected);
  expect(define).toThrow(name);
});

test('refuses a kind without a name', () => {
  expect(() => defineOperation('')).toThrow(TypeError);
});
