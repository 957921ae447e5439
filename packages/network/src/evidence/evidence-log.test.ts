import { expect, test } from '@jest/globals';
import { EvidenceLog } from './evidence-log.js';

const answered = (source: string) => ({ kind: 'answered', source }) as const;

test('keeps evidence by source until it fades', () => {
  const log = new EvidenceLog(100);
  log.add(answered('a'), 0);
  log.add(answered('b'), 10);
  log.add(answered('a'), 50);
  expect(log.fresh(99).map((heard) => heard.map(({ atMs }) => atMs))).toEqual([[10], [0, 50]]);
  expect(log.nextFadeMs()).toBe(100);
  expect(log.fresh(100).map((heard) => heard.map(({ atMs }) => atMs))).toEqual([[10], [50]]);
  expect(log.nextFadeMs()).toBe(110);
  expect(log.fresh(150)).toEqual([]);
  expect(log.nextFadeMs()).toBeUndefined();
});

test('keeps 20 pieces of a source, and the 16 sources that spoke last', () => {
  const log = new EvidenceLog(1000);
  for (let i = 0; i < 25; i++) log.add(answered('busy'), i);
  for (let i = 0; i < 15; i++) log.add(answered(`other ${i}`), 30 + i);
  expect(log.fresh(50)).toHaveLength(16);
  expect(log.fresh(50)[0]?.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 20 }, (_, i) => 5 + i));
  log.add(answered('one more'), 50);
  expect(log.fresh(50)).toHaveLength(16);
  expect(
    log
      .fresh(50)
      .flat()
      .some(({ source }) => source === 'busy'),
  ).toBe(false);
});
