import { expect, test } from '@jest/globals';
import { newOperation, settled } from '../../test/fixtures.js';
import type { NewOperation } from '../operation/operation-record.js';
import type { EnqueueResult } from '../ports/queue-storage.js';
import { GroupCommit } from './group-commit.js';

/** A storage whose writes are finished by hand. */
function manualWrites() {
  const writes: { readonly ids: readonly string[][]; readonly finish: (error?: Error) => void }[] = [];
  const commits = new GroupCommit(
    (batches) =>
      new Promise((resolve, reject) => {
        const ids = batches.map((batch) => batch.map(({ id }) => id));
        const finish = (error?: Error): void => {
          if (error === undefined) resolve(batches.map((_, at) => okay(at)));
          else reject(error);
        };
        writes.push({ ids, finish });
      }),
  );
  const add = (...ids: string[]): Promise<EnqueueResult> =>
    new Promise((resolve, reject) => {
      const batch: readonly NewOperation[] = ids.map((id) => newOperation(id));
      commits.add(batch, resolve, reject);
    });
  return { writes, add };
}

const okay = (sequence: number): EnqueueResult => ({ ok: true, receipts: [{ kind: 'enqueued', sequence }] });

test('a lone caller waits for nobody', async () => {
  const { writes, add } = manualWrites();
  const added = add('a');
  await settled();
  expect(writes.map(({ ids }) => ids)).toEqual([[['a']]]);
  writes[0]!.finish();
  expect(await added).toEqual(okay(0));
});

test('callers of the same moment share a write, and those who come meanwhile the next one', async () => {
  const { writes, add } = manualWrites();
  const first = [add('a', 'b'), add('c')];
  await settled();
  const second = [add('d'), add('e')];
  await settled();
  expect(writes.map(({ ids }) => ids)).toEqual([[['a', 'b'], ['c']]]);
  writes[0]!.finish();
  expect(await Promise.all(first)).toEqual([okay(0), okay(1)]);
  await settled();
  expect(writes[1]!.ids).toEqual([['d'], ['e']]);
  writes[1]!.finish();
  expect(await Promise.all(second)).toEqual([okay(0), okay(1)]);
});

test('a write that fails fails for those who share it, and for nobody else', async () => {
  const { writes, add } = manualWrites();
  const failing = [add('a'), add('b')];
  await settled();
  const next = add('c');
  writes[0]!.finish(new Error('disk'));
  for (const result of await Promise.allSettled(failing)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'disk' } });
  }
  await settled();
  writes[1]!.finish();
  expect(await next).toEqual(okay(0));
});

test('begins again after it was idle', async () => {
  const { writes, add } = manualWrites();
  for (const [at, id] of ['a', 'b', 'c'].entries()) {
    const added = add(id);
    await settled();
    writes[at]!.finish();
    expect(await added).toEqual(okay(0));
  }
});

test('a thousand callers share a write, and more do not', async () => {
  const { writes, add } = manualWrites();
  const added = Array.from({ length: 1500 }, (_, at) => add(`${at}`));
  await settled();
  writes[0]!.finish();
  await settled();
  writes[1]!.finish();
  await Promise.all(added);
  expect(writes.map(({ ids }) => ids.length)).toEqual([1000, 500]);
});
