import { expect, test } from '@jest/globals';
import { Listeners } from './listeners.js';

function open() {
  const log = { head: 1, heads: () => Promise.resolve(new Map([['shop', log.head]])) };
  const onError = (error: unknown): void => {
    throw error;
  };
  return { log, listeners: new Listeners({ log, every: () => () => undefined, onError }) };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'a change is told at once, also %d turns after a question',
  async (count) => {
    const { log, listeners } = open();
    const told: number[] = [];
    listeners.add('shop', (head) => told.push(head) > 0);
    await turns(count);
    log.head = 2;
    listeners.check();
    await turns(20);
    expect(told.at(-1)).toBe(2);
  },
);

test('a head that could not be told is told the next time', async () => {
  const { listeners } = open();
  const told: number[] = [];
  let isFull = true;
  listeners.add('shop', (head) => !isFull && told.push(head) > 0);
  await turns(20);
  isFull = false;
  listeners.check();
  await turns(20);
  listeners.check();
  await turns(20);
  expect(told).toEqual([1]);
});
