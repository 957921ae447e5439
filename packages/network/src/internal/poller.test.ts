import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Subscription } from 'rxjs';
import { ManualTime, settled } from '../../test/manual-time.js';
import { Poller } from './poller.js';

const PACE = { intervalMs: 30_000, retryMs: 1000, maxRetryMs: 8000, timeoutMs: 5000 };

let time: ManualTime;
let run: Subscription;
let random = 0.5;
/** When each question was asked, and its signal. */
let asked: { atMs: number; signal: AbortSignal; answer: (good: boolean) => void }[];
let heard: boolean[];
/** What happens when an answer is heard. */
let onAnswer: () => void;
let poller: Poller<boolean>;

beforeEach(() => {
  time = new ManualTime();
  run = new Subscription();
  random = 0.5;
  asked = [];
  heard = [];
  onAnswer = () => undefined;
  const ask = (signal: AbortSignal) =>
    new Promise<boolean>((answer) => {
      signal.addEventListener('abort', () => answer(false));
      asked.push({ atMs: time.monotonicMs(), signal, answer });
    });
  const hear = (good: boolean) => {
    heard.push(good);
    onAnswer();
    return good;
  };
  poller = new Poller({ ask, hear }, { ...PACE, clock: time, random: () => random });
});

afterEach(() => {
  run.unsubscribe();
  expect(time.timers).toBe(0);
});

async function answer(good: boolean): Promise<void> {
  asked.at(-1)?.answer(good);
  await settled();
}

const times = () => asked.map(({ atMs }) => atMs);

test('asks at once, then at an even pace, one question at a time', async () => {
  poller.start(run);
  await answer(true);
  expect(asked[0]?.signal.aborted).toBe(false);
  await time.pass(30_000);
  await time.pass(4000);
  expect(times()).toEqual([0, 30_000]);
  await answer(true);
  await time.pass(30_000);
  expect(times()).toEqual([0, 30_000, 64_000]);
});

test('backs off to the limit while answers are bad, and starts over after a good one', async () => {
  poller.start(run);
  for (const waitMs of [1000, 2000, 4000, 8000, 8000]) {
    await answer(false);
    await time.pass(waitMs - 1);
    const before = asked.length;
    await time.pass(1);
    expect(asked).toHaveLength(before + 1);
  }
  await answer(true);
  await time.pass(30_000);
  await answer(false);
  await time.pass(1000);
  expect(times().slice(-2)).toEqual([53_000, 54_000]);
});

test('spreads its delays by a fifth both ways', async () => {
  poller.start(run);
  random = 0;
  await answer(true);
  await time.pass(24_000);
  random = 0.999_999;
  await answer(true);
  await time.pass(36_000);
  expect(times()).toEqual([0, 24_000, expect.closeTo(60_000, 0)]);
});

test('gives a question up after its time, as a bad answer', async () => {
  poller.start(run);
  await time.pass(5000);
  expect(asked[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' });
  expect(heard).toEqual([false]);
  await time.pass(1000);
  expect(times()).toEqual([0, 6000]);
});

test('the end of the run aborts the question, and its answer is nobody’s', async () => {
  poller.start(run);
  run.unsubscribe();
  expect(asked[0]?.signal.aborted).toBe(true);
  await answer(true);
  expect(heard).toEqual([]);
});

test('pauses, also a question under way, and asks at once when it goes on', async () => {
  poller.pause();
  poller.resume();
  expect(asked).toHaveLength(0);
  poller.start(run);
  poller.pause();
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(time.timers).toBe(0);
  await time.pass(100_000);
  poller.hurry();
  poller.askAnew();
  poller.postpone();
  expect(time.timers).toBe(0);
  poller.resume();
  poller.resume();
  expect(times()).toEqual([0, 100_000]);
});

test('starts paused where it is told to', async () => {
  poller.start(run, true);
  await time.pass(100_000);
  expect(asked).toHaveLength(0);
  poller.resume();
  expect(asked).toHaveLength(1);
});

test('hurries, but asks never twice within the retry delay', async () => {
  poller.start(run);
  await answer(true);
  await time.pass(400);
  for (let i = 0; i < 100; i++) poller.hurry();
  await time.pass(599);
  expect(times()).toEqual([0]);
  await time.pass(1);
  expect(times()).toEqual([0, 1000]);
  poller.hurry();
  expect(asked[1]?.signal.aborted).toBe(false);
});

test('a hurry undoes the backing off', async () => {
  poller.start(run);
  for (const waitMs of [1000, 2000, 4000]) {
    await answer(false);
    await time.pass(waitMs);
  }
  await answer(false);
  poller.hurry();
  await time.pass(1000);
  await answer(false);
  await time.pass(1000);
  expect(times()).toEqual([0, 1000, 3000, 7000, 8000, 9000]);
});

test('asked anew, it drops the question under way', async () => {
  poller.start(run);
  await time.pass(2000);
  poller.askAnew();
  expect(asked[0]?.signal.aborted).toBe(true);
  await time.pass(0);
  expect(times()).toEqual([0, 2000]);
  expect(heard).toEqual([]);
});

test('postpones the next question when somebody else knows the answer', async () => {
  poller.start(run);
  await answer(false);
  await time.pass(500);
  poller.postpone();
  await time.pass(29_999);
  expect(times()).toEqual([0]);
  await time.pass(1);
  expect(times()).toEqual([0, 30_500]);
});

test.each(['a postponement', 'a new run'])('%s undoes the backing off', async (what) => {
  poller.start(run);
  for (const waitMs of [1000, 2000, 4000]) {
    await answer(false);
    await time.pass(waitMs);
  }
  if (what === 'a new run') {
    run.unsubscribe();
    run = new Subscription();
    poller.start(run);
  } else {
    await answer(false);
    poller.postpone();
    await time.pass(30_000);
  }
  const before = asked.length;
  await answer(false);
  await time.pass(1000);
  expect(asked).toHaveLength(before + 1);
});

test('who hears an answer may end the run', async () => {
  onAnswer = () => run.unsubscribe();
  poller.start(run);
  await answer(true);
  expect(time.timers).toBe(0);
});

test('who hears an answer may ask for a hurry', async () => {
  onAnswer = () => poller.askAnew();
  poller.start(run);
  await answer(true);
  await time.pass(1000);
  expect(times()).toEqual([0, 1000]);
});
