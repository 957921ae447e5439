import type { QueuedOperation } from '@cpc/sync-core';
import { describe, expect, test } from '@jest/globals';
import type { OperationEffect } from './effect.js';
import { type LaidOperation, layOver } from './lay-over.js';

const effects: Readonly<Record<string, OperationEffect>> = {
  set: (records, { entity = '', payload }) => records.set(entity, payload),
  add: (records, { entity = '', payload }) => {
    const value = records.get(entity) as { total: number } | undefined;
    records.set(entity, { total: (value?.total ?? 0) + Number(payload) });
  },
  remove: (records, { entity = '' }) => records.delete(entity),
  move: (records, { payload }) => {
    const { from, to } = payload as { from: string; to: string };
    records.set(to, records.get(from));
    records.delete(from);
  },
  broken: (records, { entity = '' }) => {
    records.set(entity, 'half');
    throw new Error('A defect of the app.');
  },
};

let ids = 0;
const laid = (
  standing: LaidOperation['standing'],
  kind: string,
  entity: string,
  payload?: unknown,
): LaidOperation => ({
  standing,
  operation: { id: `o${++ids}`, kind, entity, payload } as QueuedOperation,
  ...(standing !== 'waiting' && standing !== 'landed' && { failure: { code: 'NO', message: standing } }),
});

function over(
  base: Readonly<Record<string, unknown>>,
  operations: readonly LaidOperation[],
): Record<string, unknown> {
  const defects: unknown[] = [];
  const result = layOver(operations, {
    effectOf: (kind) => effects[kind],
    valueOf: (entity) => base[entity],
    onDefect: (operation) => defects.push(operation.kind),
  });
  const shown = [...result.laid].map(([entity, { value, state }]) => [entity, [value?.now, state]]);
  const all = Object.fromEntries(shown) as Record<string, unknown>;
  return { ...all, ...(defects.length > 0 && { defects }) };
}

describe('operations over a copy', () => {
  test('change what is shown in their order, and read what the earlier ones made', () => {
    const operations = [laid('waiting', 'add', 'a', 1), laid('waiting', 'add', 'a', 2)];
    expect(over({ a: { total: 10 } }, operations)).toEqual({ a: [{ total: 13 }, 'pending'] });
  });

  test('may touch several records, and not only their own', () => {
    const move = laid('waiting', 'move', 'a', { from: 'a', to: 'b' });
    expect(over({ a: 1 }, [move])).toEqual({ a: [undefined, 'pending'], b: [1, 'pending'] });
  });

  test('that have landed count, and owe nothing', () => {
    expect(over({ a: 1 }, [laid('landed', 'set', 'a', 2)])).toEqual({ a: [2, 'synced'] });
  });

  test('that failed leave the value of the server, marked', () => {
    const operations = [laid('failed', 'set', 'a', 2), laid('held', 'set', 'a', 3)];
    expect(over({ a: 1 }, operations)).toEqual({ a: [undefined, 'failed'] });
  });

  test('that failed show what they would have made where there is nothing else', () => {
    const operations = [laid('failed', 'set', 'a', 'new'), laid('held', 'add', 'b', 3)];
    expect(over({}, operations)).toEqual({ a: ['new', 'failed'], b: [{ total: 3 }, 'held'] });
  });

  test('that go do not build on what is stuck', () => {
    const operations = [laid('failed', 'add', 'a', 5), laid('waiting', 'add', 'a', 1)];
    expect(over({ a: { total: 10 } }, operations)).toEqual({ a: [{ total: 11 }, 'failed'] });
  });

  test('without a known effect mark their entity', () => {
    expect(over({ a: 1 }, [laid('waiting', 'unknown', 'a')])).toEqual({ a: [undefined, 'pending'] });
  });

  test('whose effect throws mark it as well, do nothing by half, and are told', () => {
    const operations = [laid('waiting', 'broken', 'a'), laid('waiting', 'add', 'b', 1)];
    expect(over({ a: 1 }, operations)).toEqual({
      a: [undefined, 'pending'],
      b: [{ total: 1 }, 'pending'],
      defects: ['broken'],
    });
  });

  test('that remove a record show none', () => {
    expect(over({ a: 1 }, [laid('waiting', 'remove', 'a')])).toEqual({ a: [undefined, 'pending'] });
  });
});
