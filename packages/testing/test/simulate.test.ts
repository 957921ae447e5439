import { expect, test } from '@jest/globals';
import { minimise, planned, simulate } from '../src/simulation.js';
import { plantedBugs } from './planted-bugs.js';

test('the same seed gives the same trace, byte for byte', async () => {
  const first = await simulate({ seed: 11, trace: true });
  const second = await simulate({ seed: 11, trace: true });
  expect(first.trace.length).toBeGreaterThan(100);
  expect(second.trace.join('\n')).toBe(first.trace.join('\n'));
});

test('another seed gives another history', async () => {
  const first = await simulate({ seed: 11, trace: true });
  const second = await simulate({ seed: 12, trace: true });
  expect(second.trace).not.toEqual(first.trace);
});

test('a failure is made small and breaks the same promise', async () => {
  const { name: _, breaks: __, ...parts } = plantedBugs[0]!;
  const whole = await simulate({ ...parts, seed: 3 });
  const { events, result } = await minimise({ ...parts, seed: 3 }, 60);
  expect(result.violation?.invariant).toBe(whole.violation?.invariant);
  expect(events.length).toBeLessThan(planned(3).length / 2);
});

test('a wait shorter than the clock can tell apart is no hot loop', async () => {
  const { violation } = await simulate({ seed: 20_249 });
  expect(violation).toBeUndefined();
});
