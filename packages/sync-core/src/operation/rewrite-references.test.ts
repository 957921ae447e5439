import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { rewriteReferences } from './rewrite-references.js';

const permanent =
  (ids: Readonly<Record<string, string>>) =>
  (id: string): string | undefined =>
    ids[id];

test('returns the operation itself where nothing is known', () => {
  const operation = newOperation('a', { payload: '{"p":"t1"}', references: [{ path: '/p', id: 't1' }] });
  expect(rewriteReferences(operation, permanent({}))).toBe(operation);
});

test('puts permanent ids into the payload and the entity, and forgets the references', () => {
  const operation = newOperation('a', {
    payload: '{"a":{"b/c":["x","t1"]},"d~e":"t2","f":"t1"}',
    entity: 'order/t1/t1',
    references: [
      { path: '/a/b~1c/1', id: 't1' },
      { path: '/d~0e', id: 't2' },
      { path: '/g', id: 't3' },
    ],
  });
  expect(rewriteReferences(operation, permanent({ t1: '42', t2: '43' }))).toEqual({
    ...operation,
    payload: '{"a":{"b/c":["x","42"]},"d~e":"43","f":"t1"}',
    entity: 'order/42/42',
    references: [{ path: '/g', id: 't3' }],
  });
});

test('takes a permanent id literally, whatever stands in it', () => {
  const operation = newOperation('a', {
    payload: '{"p":"t1"}',
    entity: 'note/t1',
    references: [{ path: '/p', id: 't1' }],
  });
  const rewritten = rewriteReferences(operation, permanent({ t1: '$&$$"\\' }));
  expect(rewritten.entity).toBe('note/$&$$"\\');
  expect(JSON.parse(rewritten.payload)).toEqual({ p: '$&$$"\\' });
});

test('keeps the rest of the payload exact', () => {
  const operation = newOperation('a', {
    payload: '{"z":-0,"__proto__":{"id":"t1"},"big":1e+21}',
    references: [{ path: '/__proto__/id', id: 't1' }],
  });
  expect(rewriteReferences(operation, permanent({ t1: '42' })).payload).toBe(
    '{"z":-0,"__proto__":{"id":"42"},"big":1e+21}',
  );
  expect(({} as Record<string, unknown>)['id']).toBeUndefined();
});

test('leaves alone what is no longer at its place', () => {
  const operation = newOperation('a', {
    payload: '{"p":"other","q":null}',
    references: [
      { path: '/p', id: 't1' },
      { path: '/q/r', id: 't1' },
      { path: '/toString/name', id: 't1' },
    ],
  });
  const rewritten = rewriteReferences(operation, permanent({ t1: '42' }));
  expect(rewritten.payload).toBe('{"p":"other","q":null}');
  expect(rewritten.references).toEqual([]);
});
