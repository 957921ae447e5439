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
  expect(closed.served()).toBe(false);
  expect(closed.allowed(1)).toBe(8);
});

test('an unanswered send opens it: nothing goes until the time is over, then one', () => {
  const open = circuit();
  expect(open.unserved(100, true)).toBe(true);
  expect(open.isOpen).toBe(true);
  expect(open.allowed(1099)).toBe(0);
  expect(open.openUntil).toBe(1100);
  expect(open.allowed(1100)).toBe(1);
});

test('a probe without an answer opens it for longer, in proportion to the outage, up to the maximum', () => {
  const open = circuit();
  let now = 0;
  open.unserved(now, true);
  const waits: number[] = [];
  for (let probe = 0; probe < 16; probe++) {
    now = open.openUntil;
    open.sending(now);
    open.unserved(now, true);
    waits.push(Math.round(open.openUntil - now));
  }
  expect(waits.slice(0, 8)).toEqual([1000, 1000, 1500, 2250, 3375, 5063, 7594, 11_391]);
  expect(waits.slice(-2)).toEqual([60_000, 60_000]);
});

test('any answer closes it; then two may go, and twice as many with each answer', () => {
  const open = circuit();
  open.unserved(0, true);
  open.sending(1000);
  expect(open.served()).toBe(true);
  const allowed = [1, 2, 3, 4].map((at) => {
    const count = open.allowed(1010 + at);
    open.served();
    return count;
  });
  expect(allowed).toEqual([2, 4, 8, 8]);
});

test('a slow start goes no higher than a concurrency of one', () => {
  const open = circuit(1);
  open.unserved(0, true);
  open.served();
  expect(open.allowed(1000)).toBe(1);
});

test('after an answer, the next outage begins with the shortest time again', () => {
  const open = circuit();
  open.unserved(0, true);
  open.sending(1000);
  open.unserved(1000, true);
  open.sending(3000);
  open.served();
  open.unserved(4000, true);
  expect(open.openUntil).toBe(5000);
});

test('one that says nothing new opens nothing, and leaves the circuit half open for another probe', () => {
  const open = circuit();
  expect(open.unserved(0, false)).toBe(false);
  expect(open.isOpen).toBe(false);
  open.unserved(0, true);
  open.sending(1000);
  expect(open.unserved(1010, false)).toBe(false);
  expect([open.isOpen, open.allowed(1010)]).toEqual([true, 1]);
});

test('a server that asks everybody to wait is not asked before, whoever says that the network is back', () => {
  const open = circuit();
  expect(open.unserved(100, true, 30_000)).toBe(true);
  expect([open.openUntil, open.openedAt]).toEqual([30_100, 100]);
  open.networkBack(200, 0);
  expect(open.openUntil).toBe(30_100);
  open.sending(30_100);
  open.unserved(30_110, false, 5000);
  expect(open.openUntil).toBe(35_110);
  open.sending(35_110);
  expect(open.served()).toBe(true);
  expect(open.isOpen).toBe(false);
});

test('sends that were under way when it opened do not keep it open for longer', () => {
  const open = circuit();
  open.unserved(100, true);
  expect(open.unserved(200, true)).toBe(false);
  expect(open.openUntil).toBe(1100);
});

test('a network that is said to be back brings the probe forward, and never puts it off', () => {
  const open = circuit();
  open.networkBack(0, 10);
  expect(open.isOpen).toBe(false);
  open.unserved(0, true);
  open.networkBack(100, 300);
  expect(open.openUntil).toBe(400);
  open.networkBack(200, 5000);
  expect(open.openUntil).toBe(400);
});

test('a send in a closed circuit is no probe', () => {
  const open = circuit();
  open.sending(0);
  open.unserved(10, true);
  expect(open.unserved(500, true)).toBe(false);
  expect(open.openUntil).toBe(1010);
});
