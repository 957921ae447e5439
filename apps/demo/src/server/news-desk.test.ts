import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { News } from '../shared/api.js';
import { NewsDesk } from './news-desk.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const newsOf = (revision: number): News => ({ effects: revision, byKind: {}, ledger: [], revision });

test('tells listeners at once, and of many changes in one edition', () => {
  let revision = 0;
  const desk = new NewsDesk(() => newsOf(revision));
  const heard: number[] = [];
  desk.subscribe((news) => heard.push((JSON.parse(news) as News).revision));
  for (revision = 1; revision < 100; revision++) desk.publish();
  jest.advanceTimersByTime(1_000);
  expect(heard).toEqual([0, 100]);
});

test('a request that ends after the close asks nothing of the closed database', () => {
  const desk = new NewsDesk(() => {
    throw new Error('the database is closed');
  });
  desk.close();
  desk.publish();
  expect(() => jest.advanceTimersByTime(1_000)).not.toThrow();
});
