import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/stored-operation.js';
import { ManualClock } from '../deterministic.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { Blame } from './blame.js';

const START = new ManualClock().now();
const attempt = (atMs: number, outcome = 'unreachable'): AttemptRecord => ({
  startedAt: START + atMs,
  durationMs: 1,
  outcome,
});
const operation = (id: string, ...history: AttemptRecord[]): StoredOperation =>
  storedOperation({ id, history, createdAt: START });

async function blameAt(atMs: number): Promise<{ blame: Blame; clock: ManualClock }> {
  const clock = new ManualClock();
  await clock.advance(atMs);
  return { blame: new Blame(clock), clock };
}

test('the first trouble of an operation is evidence and news; the same again is neither', async () => {
  const { blame } = await blameAt(1000);
  expect(blame.unserved([operation('a')], 1000)).toEqual({
    isEvidence: true,
    isToBlame: false,
    isNews: true,
  });
  expect(blame.unserved([operation('a', attempt(1))], 1000)).toMatchObject({
    isEvidence: false,
    isNews: false,
  });
  expect(blame.unserved([operation('b')], 1000)).toMatchObject({ isEvidence: true, isNews: true });
  // Another one's than the last, but a monitor has heard of it.
  expect(blame.unserved([operation('a', attempt(1))], 1000)).toMatchObject({
    isEvidence: true,
    isNews: false,
  });
});

test('one that was under way while others were served is to blame', async () => {
  const { blame } = await blameAt(1000);
  blame.served([operation('x')], true);
  expect(blame.unserved([operation('a')], 999)).toEqual({
    isEvidence: false,
    isToBlame: true,
    isNews: false,
  });
  expect(blame.unserved([operation('b')], 1000)).toMatchObject({ isEvidence: true, isToBlame: false });
});

test.each([
  ['no answer', 'unreachable', true],
  ['an answer of "later"', 'retry', true],
  ['a sign-in', 'unauthenticated', false],
])(
  'one that met %s before others were served, and again after it, is to blame: %s',
  async (_, outcome, isToBlame) => {
    const { blame, clock } = await blameAt(1000);
    blame.served([operation('x')], true);
    await clock.advance(1000);
    expect(blame.unserved([operation('a', attempt(0, outcome))], 2000).isToBlame).toBe(isToBlame);
  },
);

test('many in a row that nobody served are an outage, whatever happened to each before', async () => {
  const { blame, clock } = await blameAt(1000);
  blame.served([operation('x')], true);
  await clock.advance(1000);
  const verdicts = Array.from({ length: 10 }, (_, at) =>
    blame.unserved([operation(`a${at}`, attempt(0))], 2000),
  );
  expect(verdicts.map(({ isEvidence }) => isEvidence)).toEqual([
    ...Array<boolean>(8).fill(false),
    true,
    true,
  ]);
});

test('those that shared a send that was not served share less each time, until one is served', async () => {
  const { blame } = await blameAt(0);
  const batch = Array.from({ length: 50 }, (_, at) => operation(`a${at}`));
  const limits = [50, 13, 4, 1].map((size) => {
    blame.unserved(batch.slice(0, size), 0);
    return blame.sendLimit('a0');
  });
  expect(limits).toEqual([13, 4, 1, 1]);
  expect(blame.sendLimit('a20')).toBe(13);
  blame.served(batch.slice(0, 1), true);
  expect([blame.sendLimit('a0'), blame.sendLimit('a1')]).toEqual([Infinity, 1]);
});

test('no more than 10,000 are remembered as having shared one', async () => {
  const { blame } = await blameAt(0);
  blame.unserved(
    Array.from({ length: 10_001 }, (_, at) => operation(`a${at}`)),
    0,
  );
  expect([blame.sendLimit('a9999'), blame.sendLimit('a10000')]).toEqual([2501, Infinity]);
});

test('an answer speaks against an operation where another one was taken since its last attempt', async () => {
  const { blame, clock } = await blameAt(1000);
  expect(blame.speaksAgainst(operation('a'))).toBe(false);
  blame.served([operation('x')], false);
  expect(blame.speaksAgainst(operation('a'))).toBe(false);
  blame.served([operation('x')], true);
  await clock.advance(5000);
  expect(blame.speaksAgainst(operation('a'))).toBe(true);
  expect(blame.speaksAgainst(operation('a', attempt(1000, 'retry')))).toBe(true);
  expect(blame.speaksAgainst(operation('a', attempt(1001, 'retry')))).toBe(false);
});
