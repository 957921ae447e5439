import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/fixtures.js';
import { withoutStorageFields } from './operation-record.js';
import { toOperation } from './to-operation.js';

test('shows the payload parsed and as text, and everything else as it is stored', () => {
  const failure = { code: 'X', message: 'x' };
  const stored = storedOperation('a', { payload: '{"a":[1]}', entity: 'e', state: 'parked', failure });
  const { payload, ...rest } = stored;
  const operation = toOperation(stored);
  expect(operation).toMatchObject({ ...rest, payloadJson: payload });
  expect(operation.payload).toEqual({ a: [1] });
});

test('parses the payload once, and anew for each object', () => {
  const stored = storedOperation('a', { payload: '{"a":1}' });
  const operation = toOperation(stored);
  expect(operation.payload).toBe(operation.payload);
  expect(toOperation(stored).payload).not.toBe(operation.payload);
});

test('tells apart what the app gave and what the storage keeps', () => {
  const stored = storedOperation('a', { entity: 'e', sequence: 9, attempts: 3 });
  expect(withoutStorageFields(stored)).not.toHaveProperty('sequence');
  expect(withoutStorageFields(stored)).not.toHaveProperty('attempts');
  expect(withoutStorageFields(stored)).toMatchObject({ id: 'a', entity: 'e', payload: '{}' });
});

test('leads nobody to the stored operation: a resolver or a transport has what is its own', () => {
  const stored = storedOperation('a', {
    dependsOn: ['b'],
    references: [{ path: '/b', id: 'b' }],
    history: [{ startedAt: 1, durationMs: 1, outcome: 'retry' }],
    failure: { code: 'X', message: 'x', details: { value: [1] } },
  });
  const before = structuredClone(stored);
  const operation = toOperation(stored);
  for (const list of [operation.dependsOn, operation.references, operation.history] as unknown[][]) {
    expect(() => list.push('spoilt')).toThrow(TypeError);
  }
  for (const item of [operation.references[0], operation.history[0], operation.failure]) {
    expect(Reflect.set(item!, 'id', 'spoilt')).toBe(false);
  }
  expect(stored).toEqual(before);
});
