import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { WaitingRoom } from './waiting-room.js';

/** A room over a storage whose calls end when the test says so. */
function roomOf() {
  const asked: { ids: readonly string[]; end: (error?: Error) => void }[] = [];
  const failures: unknown[] = [];
  const requeue = (ids: readonly string[]) =>
    new Promise<number>((resolve, reject) => {
      asked.push({ ids, end: (error) => (error === undefined ? resolve(ids.length) : reject(error)) });
    });
  const context = {
    storage: { requeue },
    hub: { fail: (error: unknown) => failures.push(error) },
    clock: new ManualClock(),
  } as unknown as ConstructorParameters<typeof WaitingRoom>[0];
  return { room: new WaitingRoom(context), asked, failures };
}

test('calls as many as it is told to, in the order of their coming, and one call at a time', async () => {
  const { room, asked } = roomOf();
  for (const id of ['a', 'b', 'c', 'd']) room.enter(id);
  room.leave('b');
  let called = 0;
  for (let at = 0; at < 3; at++) room.call(2, () => called++);
  expect(asked.map(({ ids }) => ids)).toEqual([['a', 'c']]);
  asked[0]?.end();
  await new Promise(setImmediate);
  expect(called).toBe(1);
  room.call(2, () => called++);
  expect(asked[1]?.ids).toEqual(['d']);
});

test('an empty room calls nobody', () => {
  const { room, asked } = roomOf();
  room.call(2, () => undefined);
  expect(asked).toEqual([]);
});

test('a call that fails is told, and the next one goes on', async () => {
  const { room, asked, failures } = roomOf();
  for (const id of ['a', 'b']) room.enter(id);
  room.call(1, () => undefined);
  const broken = new Error('disk on fire');
  asked[0]?.end(broken);
  await new Promise(setImmediate);
  expect(failures).toEqual([broken]);
  room.call(1, () => undefined);
  expect(asked[1]?.ids).toEqual(['b']);
});

test('a crowd beyond its bound is not taken in, and comes when its wait is over', () => {
  const { room, asked } = roomOf();
  for (let at = 0; at < 10_100; at++) room.enter(`id-${at}`);
  room.call(Infinity, () => undefined);
  expect(asked[0]?.ids).toHaveLength(10_000);
});
