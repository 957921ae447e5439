import { expect, test } from '@jest/globals';
import { openStall, type Handler, type Stall } from '../../test/stall.js';
import { applied, rejected } from '../answer/handler-answer.js';
import type { ReceivedOperation } from '../ports/received-operation.js';

const nameOf = ({ payload }: ReceivedOperation): string => (payload as { name: string }).name;

interface Bulk {
  readonly stall: Stall;
  /** How many operations came at once, each time. */
  readonly sets: readonly number[];
}

function openBulk(changed: Partial<Handler> = {}): Bulk {
  const sets: number[] = [];
  const bulk: Handler = {
    current: () => ({ version: '1' }),
    apply(operation, tx) {
      tx.prepare('INSERT INTO effects (name) VALUES (?)').run(nameOf(operation));
      return nameOf(operation) === 'bad'
        ? rejected('BAD', 'Choose another name.')
        : applied(nameOf(operation));
    },
    applyAll(operations, tx) {
      sets.push(operations.length);
      tx.prepare('INSERT INTO effects (name) SELECT value FROM json_each(?)').run(
        JSON.stringify(operations.map(nameOf)),
      );
      return operations.map((operation) =>
        nameOf(operation) === 'bad' ? rejected('BAD', 'Choose another name.') : applied(nameOf(operation)),
      );
    },
    ...changed,
  };
  return { stall: openStall({ handlers: { bulk } }), sets };
}

const item = (name: string, more: object = {}): object => ({
  idempotencyKey: `key of ${name}`,
  kind: 'bulk',
  payload: { name },
  ...more,
});

const statusesOf = (json: unknown): number[] => (json as { status: number }[]).map(({ status }) => status);

test('operations of a kind that follow each other come to applyAll together, and are answered each', async () => {
  const { stall, sets } = openBulk();
  const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
  const answer = await stall.postBatch(names.map((name) => item(name)));
  expect(sets).toEqual([50]);
  expect((answer.json as { result: string }[]).map(({ result }) => result)).toEqual(names);
  expect((await stall.postBatch([item('n7')])).text).toBe(
    `[${JSON.stringify((answer.json as object[])[7])}]`,
  );
  expect(stall.effects()).toEqual(names);
});

test('where one is refused nothing of the set is left, and each goes through apply', async () => {
  const { stall, sets } = openBulk();
  const answer = await stall.postBatch([item('a'), item('bad'), item('c')]);
  expect(sets).toEqual([3]);
  expect(statusesOf(answer.json)).toEqual([200, 422, 200]);
  expect(stall.effects()).toEqual(['a', 'c']);
});

test('what carries a precondition is applied by itself', async () => {
  const { stall, sets } = openBulk();
  const answer = await stall.postBatch([item('a'), item('b', { baseVersion: '0' }), item('c'), item('d')]);
  expect(sets).toEqual([2]);
  expect(statusesOf(answer.json)).toEqual([200, 412, 200, 200]);
  expect(stall.effects()).toEqual(['a', 'c', 'd']);
});

test('an applyAll that gives another number of answers is told of, and each is applied all the same', async () => {
  const { stall } = openBulk({ applyAll: () => [applied()] });
  expect(statusesOf((await stall.postBatch([item('a'), item('b')])).json)).toEqual([200, 200]);
  expect(stall.errors.map(String)).toEqual([
    'TypeError: applyAll gave 1 answers to 2 operations; each goes through apply',
  ]);
  expect(stall.effects()).toEqual(['a', 'b']);
});
