import { expect, test } from '@jest/globals';
import { SeededRandom } from '@cpc/testing';
import { CALM, fromQuery, NO_FAULTS, planOf, toQuery } from './fault-settings.js';

test('settings survive the way through an address', () => {
  const settings = {
    seed: 4711,
    places: {
      a: { pattern: 'random', faults: ['answerLost', 'busy'], percent: 40, latencyMs: 0 },
      b: CALM,
      server: { pattern: 'flapping', faults: ['serverError'], percent: 30, latencyMs: 200 },
    },
  } as const;
  expect(fromQuery(toQuery(settings))).toEqual(settings);
  expect(toQuery(NO_FAULTS)).toBe('seed=1');
});

test.each(['', 'seed=-1&a=', 'a=constructor,1e9,x,__proto__', 'seed=99999999999&server=none,101,5001,'])(
  'an address that makes no sense is calm: %p',
  (text) => {
    expect(fromQuery(text)).toEqual(NO_FAULTS);
  },
);

test('the same seed gives the same faults', () => {
  const { places } = fromQuery('a=random,50,0,answerLost.busy');
  const run = (): readonly string[] => {
    const plan = planOf(places.a);
    const random = new SeededRandom(7);
    return Array.from({ length: 20 }, () => plan?.({ elapsedMs: 0, ids: [], random }).kind ?? '');
  };
  expect(run()).toEqual(run());
  expect(new Set(run())).toEqual(new Set(['ok', 'answerLost', 'busy']));
});

test('calm places have no plan', () => {
  expect(planOf(CALM)).toBeUndefined();
});
