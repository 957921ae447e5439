import { expect, test } from '@jest/globals';
import { ExponentialBackoff } from '../backoff/backoff.js';
import { SeededRandom } from '../deterministic.js';
import { Circuit } from './circuit.js';

const circuit = (concurrency = 8): Circuit =>
  new Circuit({
    backoff: new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000, jitter: 'none' }),
    random: new SeededRandom(1),
    concurrency,
  });

test('a closed circuit lets all go', () => {
  const closed = circuit();
  expect(closed.isOpen).toBe(false);
  expect(closed.allowed(0)).toBe(8);
  expect(closed.openUntil).toBe(-Infinity);
  expect(closed.answered(1)).toBe(false);
  expect(closed.allowed(1)).toBe(8);
});

test('an unanswered send opens it: nothing goes until the time is over, then one', () => {
  const open = circuit();
  expect(open.unanswered(0, 100)).toBe(true);
  expect(open.isOpen).toBe(true);
  expect(open.allowed(1099)).toBe(0);
  expect(open.openUntil).toBe(1100);
  expect(open.allowed(1100)).toBe(1);
});

test('a probe without an answer opens it for longer, up to the maximum', () => {
  const open = circuit();
  let now = 0;
  open.unanswered(now, now);
  const waits: number[] = [];
  for (let probe = 0; probe < 8; probe++) {
    now = open.openUntil;
    open.sending(now);
    open.unanswered(now, now);
    waits.push(open.openUntil - now);
  }
  expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('any answer closes it; then two may go, and twice as many with each answer', () => {
  const open = circuit();
  open.unanswered(0, 0);
  open.sending(1000);
  expect(open.answered(1010)).toBe(true);
  const allowed = [1, 2, 3, 4].map((at) => {
    const count = open.allowed(1010 + at);
    open.answered(1010 + at);
    return count;
  });
  expect(allowed).toEqual([2, 4, 8, 8]);
});

test('a slow start goes no higher than a concurrency of one', () => {
  const open = circuit(1);
  open.unanswered(0, 0);
  open.answered(1000);
  expect(open.allowed(1000)).toBe(1);
});

test('after an answer, the next outage begins with the shortest time again', () => {
  const open = circuit();
  open.unanswered(0, 0);
  open.sending(1000);
  open.unanswered(1000, 1000);
  open.sending(3000);
  open.answered(3000);
  open.unanswered(3001, 4000);
  expect(open.openUntil).toBe(5000);
});

test('an unanswered send opens nothing when another one was answered meanwhile', () => {
  const closed = circuit();
  closed.answered(50);
  expect(closed.unanswered(10, 30_010)).toBe(false);
  expect(closed.isOpen).toBe(false);
  expect(closed.unanswered(60, 30_060)).toBe(true);
});

test('sends that were under way when it opened do not keep it open for longer', () => {
  const open = circuit();
  open.unanswered(0, 100);
  expect(open.unanswered(0, 200)).toBe(true);
  expect(open.openUntil).toBe(1100);
});

test('a network that is said to be back brings the probe forward, and never puts it off', () => {
  const open = circuit();
  open.networkBack(0, 10);
  expect(open.isOpen).toBe(false);
  open.unanswered(0, 0);
  open.networkBack(100, 300);
  expect(open.openUntil).toBe(400);
  open.networkBack(200, 5000);
  expect(open.openUntil).toBe(400);
});

test('a send in a closed circuit is no probe', () => {
  const open = circuit();
  open.sending(0);
  open.unanswered(0, 10);
  expect(open.unanswered(0, 500)).toBe(true);
  expect(open.openUntil).toBe(1010);
});
