import { expect, test } from '@jest/globals';
import { applied, handle, handleAll, type OperationHandler, type PayloadOf } from '@cpc/server';
import { defineOperation } from '@cpc/sync-core';

/** A schema in the form of Standard Schema, which Zod and others make. */
const stallName = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof (value as { name?: unknown } | null)?.name === 'string'
        ? { value: value as { name: string } }
        : { issues: [{ message: 'needs a name' }] },
  },
};

test('a definition of the device types and checks the handler of the server', async () => {
  const rename = defineOperation<{ name: string }>('stall.rename', {
    schema: stallName,
    version: 2,
    upcast: { 1: (payload) => ({ name: payload }) },
  });
  const seen: string[] = [];
  const handlers: Readonly<Record<string, OperationHandler<undefined>>> = handle(rename, {
    apply({ payload }) {
      const name: string = payload.name;
      seen.push(name);
      return applied();
    },
  });
  const sent = { key: 'k', kind: 'stall.rename', principal: '', version: 1, payload: 'old shape' };
  const read = await handlers['stall.rename']!.read!(sent);
  expect(read).toMatchObject({ ok: true, operation: { version: 2, payload: { name: 'old shape' } } });
  if (read.ok) await handlers['stall.rename']!.apply(read.operation, undefined, undefined);
  expect(seen).toEqual(['old shape']);
  expect(await handlers['stall.rename']!.read!({ ...sent, payload: 7 })).toMatchObject({
    answer: { code: 'PAYLOAD_INVALID' },
  });
  const typed: PayloadOf<typeof rename> = { name: 'a' };
  expect(typed).toBeDefined();
  const definitions = { rename, other: defineOperation('other') };
  const incomplete = { rename: { apply: () => applied() } };
  // @ts-expect-error -- the handler of a definition is missing
  expect(() => handleAll(definitions, incomplete)).toThrow(TypeError);
});
