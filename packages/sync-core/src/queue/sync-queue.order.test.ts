import { describe, expect, test } from '@jest/globals';
import { openQueue, settled } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import type { StandardSchema } from '../operation/standard-schema.js';

/** A schema that answers when it is told to. */
function slowSchema() {
  const waiting: (() => void)[] = [];
  const schema: StandardSchema<string, string> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        new Promise((resolve) => {
          waiting.push(() =>
            resolve(value === 'bad' ? { issues: [{ message: 'bad' }] } : { value: value as string }),
          );
        }),
    },
  };
  // It is asked twice: once to see whether it answers later, and then with a copy.
  return { schema, answer: (call: number) => waiting[2 * call + 1]?.() };
}

async function open() {
  const { schema, answer } = slowSchema();
  const slow = defineOperation('slow', { schema, entity: () => 'e' });
  const quick = defineOperation<string>('quick', { entity: () => 'e' });
  const rig = await openQueue([slow, quick]);
  const stored = async (): Promise<readonly unknown[]> =>
    (await rig.queue.list()).items.map(({ payload }) => payload);
  return { ...rig, slow, quick, answer, stored };
}

describe('calls that nobody awaits keep their order', () => {
  test('whichever schema answers first', async () => {
    const { queue, slow, answer, stored } = await open();
    const calls = ['1', '2'].map((payload) => queue.enqueue(slow, payload));
    answer(1);
    await settled();
    expect(await stored()).toEqual([]);
    answer(0);
    await Promise.all(calls);
    expect(await stored()).toEqual(['1', '2']);
  });

  test('also before one whose schema answers at once, with timestamps in the same order', async () => {
    const { queue, slow, quick, answer, stored, clock } = await open();
    const first = queue.enqueue(slow, '1');
    const second = queue.enqueue(quick, '2');
    const third = queue.enqueueAll([{ operation: quick, payload: '3' }]);
    await clock.advance(1000);
    expect(await stored()).toEqual([]);
    answer(0);
    await Promise.all([first, second, third]);
    expect(await stored()).toEqual(['1', '2', '3']);
    const { items } = await queue.list();
    const timestamps = items.map(({ timestamp }) => timestamp);
    expect(timestamps).toEqual([...timestamps].sort());
    expect(items.map(({ id }) => id)).toEqual(items.map(({ id }) => id).sort());
  });

  test('of enqueueAll as well', async () => {
    const { queue, slow, quick, answer, stored } = await open();
    const first = queue.enqueueAll([
      { operation: quick, payload: '1' },
      { operation: slow, payload: '2' },
    ]);
    const second = queue.enqueue(quick, '3');
    await settled();
    answer(0);
    await Promise.all([first, second]);
    expect(await stored()).toEqual(['1', '2', '3']);
  });

  test('and one that is refused is refused at once and holds up nobody', async () => {
    const { queue, slow, quick, answer, stored } = await open();
    const waiting = queue.enqueue(slow, '1');
    const refused = queue.enqueue(slow, 'bad');
    const last = queue.enqueue(quick, '2');
    await settled();
    answer(1);
    await expect(refused).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
    answer(0);
    await Promise.all([waiting, last]);
    expect(await stored()).toEqual(['1', '2']);
  });

  test('where no schema answers later, without a turn of waiting', async () => {
    const { queue, quick, storage } = await open();
    let writes = 0;
    const enqueue = storage.enqueue.bind(storage);
    storage.enqueue = (...args) => {
      writes++;
      return enqueue(...args);
    };
    const calls = [queue.enqueue(quick, '1'), queue.enqueue(quick, '2')];
    await Promise.all(calls);
    expect(writes).toBe(1);
  });
});
