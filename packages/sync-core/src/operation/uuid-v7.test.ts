import { expect, test } from '@jest/globals';
import { ManualClock, SeededRandom } from '../deterministic.js';
import { uuidV7Source } from './uuid-v7.js';

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids have the shape of RFC 9562 and begin with the time', () => {
  const clock = new ManualClock({ now: 0x0123456789ab });
  const id = uuidV7Source(clock, new SeededRandom(1))();
  expect(id).toMatch(SHAPE);
  expect(id.startsWith('01234567-89ab-7')).toBe(true);
});

test('ids grow, within a millisecond, past the counter, and while the clock goes back', () => {
  const clock = new ManualClock();
  const newId = uuidV7Source(clock, new SeededRandom(1));
  const ids: string[] = [];
  for (let at = 0; at < 20_000; at++) {
    if (at === 6000) clock.jump(-3_600_000);
    if (at === 12_000) clock.jump(7_200_000);
    ids.push(newId());
  }
  expect(ids.every((id) => SHAPE.test(id))).toBe(true);
  expect(ids.slice(1).every((id, at) => id > (ids[at] as string))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});

test('takes a clock with fractions of a millisecond', () => {
  const clock = new ManualClock({ now: 1_700_000_000_000.75 });
  const newId = uuidV7Source(clock, new SeededRandom(1));
  expect(newId()).toMatch(SHAPE);
  expect(newId()).toMatch(SHAPE);
});

test('two sources at the same moment give different ids', () => {
  const clock = new ManualClock();
  const one = uuidV7Source(clock, new SeededRandom(1));
  const other = uuidV7Source(clock, new SeededRandom(2));
  expect(one()).not.toBe(other());
});
