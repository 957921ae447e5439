import { expect, test } from '@jest/globals';
import { KeyMemory } from './key-memory.js';

const DAY = 24 * 3_600_000;

function setUp(firstAt = -Infinity) {
  const clock = { now: 1_000 * DAY };
  const memory = new KeyMemory({ keepForMs: 90 * DAY, now: () => clock.now });
  memory.opened(firstAt);
  return { clock, memory };
}

test('a clock that leaps ahead for a moment is not believed', () => {
  const { clock, memory } = setUp();
  expect(memory.forgetBefore()).toBe(910 * DAY);
  clock.now += 400 * DAY;
  for (let commit = 0; commit < 7; commit++) expect(memory.forgetBefore()).toBe(910 * DAY);
  expect(memory.since).toBe(910 * DAY);
  clock.now -= 400 * DAY;
  expect(memory.forgetBefore()).toBe(910 * DAY);
});

test('a clock that stays where it is, is', () => {
  const { clock, memory } = setUp();
  memory.forgetBefore();
  clock.now += 400 * DAY;
  for (let commit = 0; commit < 8; commit++) memory.forgetBefore();
  expect(memory.forgetBefore()).toBe(1_310 * DAY);
  expect(memory.since).toBe(1_310 * DAY);
});

test('a few days without a commit are nothing odd', () => {
  const { clock, memory } = setUp();
  memory.forgetBefore();
  clock.now += 2 * DAY;
  expect(memory.forgetBefore()).toBe(912 * DAY);
});

test('what was forgotten because somebody asked for it counts, and no more when the clock is back', () => {
  const { clock, memory } = setUp();
  memory.forgetBefore();
  clock.now += 100 * DAY;
  expect(memory.forgetBeforeNow()).toBe(1_010 * DAY);
  expect(memory.since).toBe(1_010 * DAY);
  clock.now -= 100 * DAY;
  expect(memory.since).toBe(910 * DAY);
});

test('a process that just began knows that one before it has forgotten', () => {
  expect(setUp().memory.since).toBe(910 * DAY);
});

test('where nothing was ever forgotten, no key is too old, until the first one is', () => {
  const { clock, memory } = setUp(1_000 * DAY);
  expect(memory.since).toBe(-Infinity);
  for (let day = 0; day < 90; day++) {
    clock.now += DAY;
    memory.forgetBefore();
  }
  expect(memory.since).toBe(-Infinity);
  clock.now += 1;
  memory.forgetBefore();
  expect(memory.since).toBe(1_000 * DAY + 1);
});
