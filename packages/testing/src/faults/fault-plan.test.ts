import { expect, test } from '@jest/globals';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { answerLost, busy, duplicate, type Fault, ok, requestLost, serverError } from './fault.js';
import {
  always,
  combined,
  type FaultPlan,
  flapping,
  onlyFor,
  outage,
  randomFailures,
  sequence,
  withClockSkew,
  withLatency,
} from './fault-plan.js';
import { constantLatency, logNormalLatency, uniformLatency } from './latency.js';

function kinds(plan: FaultPlan, times: readonly number[], seed = 1): readonly Fault['kind'][] {
  const random = new SeededRandom(seed);
  return times.map((elapsedMs) => plan({ elapsedMs, ids: [], random }).kind);
}

const moment = { elapsedMs: 0, ids: [], random: new SeededRandom(1) };

test('a sequence goes through its faults once, and on with another plan', () => {
  const plan = sequence([ok, requestLost], always(serverError));
  expect(kinds(plan, [0, 0, 0, 0])).toEqual(['ok', 'requestLost', 'serverError', 'serverError']);
  expect(kinds(sequence([answerLost]), [0, 0])).toEqual(['answerLost', 'ok']);
});

test('random failures come at their rate, in all of their ways, and the same for the same seed', () => {
  const times = Array<number>(4_000).fill(0);
  const met = kinds(randomFailures(0.5, [requestLost, answerLost]), times);
  const share = (kind: Fault['kind']) => met.filter((one) => one === kind).length / times.length;
  expect(share('ok')).toBeCloseTo(0.5, 1);
  expect(share('requestLost')).toBeCloseTo(0.25, 1);
  expect(share('answerLost')).toBeCloseTo(0.25, 1);
  expect(kinds(randomFailures(0.5, [requestLost, answerLost]), times)).toEqual(met);
  expect(kinds(randomFailures(0.5, [requestLost, answerLost]), times, 2)).not.toEqual(met);
});

test('an outage has a beginning and an end', () => {
  expect(kinds(outage(20, { afterMs: 10, fault: serverError }), [0, 9, 10, 29, 30])).toEqual([
    'ok',
    'ok',
    'serverError',
    'serverError',
    'ok',
  ]);
});

test('a flapping network is there and away in turns', () => {
  expect(kinds(flapping(10), [0, 9, 10, 19, 20, 35])).toEqual([
    'ok',
    'ok',
    'requestLost',
    'requestLost',
    'ok',
    'requestLost',
  ]);
});

test('a plan can hold for single operations', () => {
  const plan = onlyFor((id) => id === 'b', sequence([requestLost, serverError]));
  const met = [['a'], ['a', 'b'], [], ['b'], ['b']].map((ids) => plan({ ...moment, ids }).kind);
  expect(met).toEqual(['ok', 'requestLost', 'ok', 'serverError', 'ok']);
});

test('of several plans the first that says something decides, all count, and their times add up', () => {
  const plan = withClockSkew(
    -500,
    withLatency(
      constantLatency(30),
      withLatency(
        constantLatency(40),
        combined(sequence([ok, duplicate, ok]), sequence([busy(5), requestLost])),
      ),
    ),
  );
  expect(plan(moment)).toEqual({ ...busy(5), latencyMs: 70, clockSkewMs: -500 });
  expect(plan(moment)).toMatchObject({ kind: 'duplicate', latencyMs: 70 });
  expect(plan(moment)).toMatchObject({ kind: 'ok', latencyMs: 70 });
});

test('latencies have the distribution that they are named after', () => {
  const draw = (latency: (random: SeededRandom) => number): readonly number[] => {
    const random = new SeededRandom(3);
    return Array.from({ length: 4_000 }, () => latency(random)).sort((a, b) => a - b);
  };
  expect(new Set(draw(constantLatency(25)))).toEqual(new Set([25]));
  const uniform = draw(uniformLatency(100, 200));
  expect(uniform[0]).toBeGreaterThanOrEqual(100);
  expect(uniform.at(-1)).toBeLessThan(200);
  expect(uniform[2_000]).toBeCloseTo(150, -1);
  const normal = draw(logNormalLatency(80, 1));
  expect(normal[2_000]).toBeGreaterThan(75);
  expect(normal[2_000]).toBeLessThan(85);
  const slow = normal.filter((ms) => ms > 80 * Math.E).length / normal.length;
  expect(slow).toBeCloseTo(0.159, 1);
});

test.each<[string, () => unknown, string]>([
  ['a rate above 1', () => randomFailures(1.5), 'rate from 0 to 1; got 1.5'],
  ['no fault', () => randomFailures(1, []), 'at least one fault'],
  ['a negative outage', () => outage(-1), 'times of at least 0; got -1'],
  ['no period', () => flapping(0), 'period above 0; got 0'],
  ['a negative wait', () => busy(Number.NaN), 'at least 0; got NaN'],
  ['a range upside down', () => uniformLatency(5, 3), 'the lower first; got -2'],
])('refuses %s, and says so', (_, make, message) => {
  expect(make).toThrow(message);
});
