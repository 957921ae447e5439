import { expect, test } from '@jest/globals';
import type Database from 'better-sqlite3';
import { openStall, type Handler } from '../../test/stall.js';
import { applied, rejected } from '../answer/handler-answer.js';
import { handle, handleAll, type PayloadOf, type ResultOf } from './handle.js';
import type { PayloadSchema, SharedDefinition } from './shared-definition.js';

interface Rename {
  readonly name: string;
}

/** A schema by hand, in the form of Standard Schema. */
function schemaOf<Payload>(isPayload: (value: unknown) => boolean, isAsync = false): PayloadSchema<Payload> {
  const validate = (value: unknown): ReturnType<PayloadSchema<Payload>['~standard']['validate']> => {
    const result = isPayload(value)
      ? { value: value as Payload }
      : { issues: [{ message: 'must be a text', path: ['name', { key: 0 }] }] };
    return isAsync ? Promise.resolve(result) : result;
  };
  return { '~standard': { validate } };
}

const isRename = (value: unknown): boolean => typeof (value as Partial<Rename> | null)?.name === 'string';

const rename: SharedDefinition<Rename> = {
  kind: 'stall.rename',
  version: 3,
  schema: schemaOf<Rename>(isRename),
  upcast: {
    1: (payload) => ({ title: payload }),
    2: (payload) => ({ name: (payload as { title: string }).title }),
  },
};

const renames = (definition: SharedDefinition<Rename> = rename): Record<string, Handler> => ({
  ...handle(definition, {
    apply({ payload }, tx: Database.Database) {
      tx.prepare('INSERT INTO effects (name) VALUES (?)').run(payload.name);
      return applied({ length: payload.name.length });
    },
  }),
});

const version = (number: number): Record<string, string> => ({ 'sync-version': String(number) });

test('gives the handler a payload of its shape', async () => {
  const stall = openStall({ handlers: renames() });
  const answer = await stall.post({ key: 'k', kind: 'stall.rename', headers: version(3) });
  expect(answer).toMatchObject({ status: 200, json: { result: { length: 1 } } });
});

test('takes shapes of before, and knows their repeats', async () => {
  const stall = openStall({ handlers: renames() });
  const first = await stall.post({ key: 'k', kind: 'stall.rename', body: '"old"', headers: version(1) });
  expect(first.status).toBe(200);
  const second = { key: 'l', kind: 'stall.rename', body: '{"title":"newer"}', headers: version(2) };
  expect((await stall.post(second)).status).toBe(200);
  const repeat = await stall.post({ key: 'k', kind: 'stall.rename', body: '"old"', headers: version(1) });
  expect(repeat.text).toBe(first.text);
  expect(stall.effects()).toEqual(['old', 'newer']);
});

test.each([false, true])('refuses what does not fit, and says why (asynchronous: %s)', async (isAsync) => {
  const stall = openStall({ handlers: renames({ ...rename, schema: schemaOf<Rename>(isRename, isAsync) }) });
  const bad = { key: 'k', kind: 'stall.rename', body: '{"name":7}', headers: version(3) };
  expect(await stall.post(bad)).toMatchObject({
    status: 422,
    json: { code: 'PAYLOAD_INVALID', detail: 'name.0: must be a text', idempotencyKey: 'k' },
  });
  expect((await stall.post({ ...bad, body: '{"name":"a"}' })).status).toBe(200);
  expect(stall.effects()).toEqual(['a']);
});

test('a repeat of what was applied gets its answer, though the rules have become stricter', async () => {
  let isStrict = false;
  const schema = schemaOf<Rename>((value) => !isStrict && isRename(value));
  const stall = openStall({ handlers: renames({ ...rename, schema }) });
  const first = await stall.post({ key: 'k', kind: 'stall.rename', headers: version(3) });
  isStrict = true;
  expect((await stall.post({ key: 'k', kind: 'stall.rename', headers: version(3) })).text).toBe(first.text);
  expect((await stall.post({ key: 'l', kind: 'stall.rename', headers: version(3) })).status).toBe(422);
});

test('a version without a way up is refused, and one that is newer than the server may come again', async () => {
  const stall = openStall({ handlers: renames() });
  const of = (number: number): ReturnType<typeof stall.post> =>
    stall.post({ key: 'k', kind: 'stall.rename', headers: version(number) });
  expect(await of(0)).toMatchObject({ status: 422, json: { code: 'VERSION_UNSUPPORTED' } });
  expect(await of(4)).toMatchObject({ status: 503, json: { code: 'LATER', retryAfter: 60 } });
  expect((await of(3)).status).toBe(200);
});

test('an upcast that throws is told and answered with 500', async () => {
  const upcast = { 2: () => JSON.parse('no JSON') as unknown };
  const stall = openStall({ handlers: renames({ ...rename, upcast }) });
  const answer = await stall.post({ key: 'k', kind: 'stall.rename', headers: version(2) });
  expect(answer).toMatchObject({ status: 500, json: { code: 'HANDLER_FAILED' } });
  expect(stall.errors).toHaveLength(1);
});

test('a broken rule of the database is a refusal where the handler says so', async () => {
  const handler = (refuses: boolean): Handler => ({
    apply({ key }, tx) {
      tx.prepare("INSERT INTO stalls (id, name) VALUES ('same', ?)").run(key);
      return applied();
    },
    ...(refuses && {
      refuse: ({ rule, constraint }) =>
        rule === 'unique' ? rejected('NAME_TAKEN', `Somebody has it: ${constraint}`) : undefined,
    }),
  });
  const stall = openStall({ handlers: { kept: handler(true), plain: handler(false) } });
  expect((await stall.post({ key: 'a', kind: 'kept' })).status).toBe(200);
  expect(await stall.post({ key: 'b', kind: 'kept' })).toMatchObject({
    status: 422,
    json: { code: 'NAME_TAKEN', detail: 'Somebody has it: UNIQUE constraint failed: stalls.id' },
  });
  expect(stall.errors).toEqual([]);
  expect((await stall.post({ key: 'b', kind: 'plain' })).status).toBe(500);
  expect(stall.errors).toHaveLength(1);
});

test('handlers of many definitions are complete, and typed', async () => {
  const remove: SharedDefinition<{ readonly id: number }> = { kind: 'stall.remove', version: 1 };
  const definitions = { rename, remove };
  const removal = {
    apply: ({ payload }: { readonly payload: { readonly id: number } }) => applied(payload.id),
  };
  const handlers = handleAll(definitions, {
    rename: {
      apply({ payload }, tx: Database.Database) {
        const name: string = payload.name;
        // @ts-expect-error -- the payload has no such member
        const title: unknown = payload.title;
        return applied([name, title, tx.open]);
      },
    },
    remove: removal,
  });
  expect(Object.keys(handlers)).toEqual(['stall.rename', 'stall.remove']);
  const typed: PayloadOf<typeof rename> = { name: 'a' };
  const result: ResultOf<typeof removal> = 7;
  // @ts-expect-error -- a result of another type
  const wrong: ResultOf<typeof removal> = 'seven';
  expect([typed, result, wrong]).toHaveLength(3);
  // @ts-expect-error -- a handler is missing
  expect(() => handleAll(definitions, { rename: { apply: () => applied() } })).toThrow(
    /misses a handler for remove/,
  );
  const twice = { rename, again: { ...remove, kind: rename.kind } };
  const both = { rename: { apply: () => applied() }, again: { apply: () => applied() } };
  expect(() => handleAll(twice, both)).toThrow(/two definitions of the kind stall\.rename/);
  const stall = openStall({ handlers });
  expect((await stall.post({ key: 'k', kind: 'stall.rename', headers: version(3) })).status).toBe(200);
});
