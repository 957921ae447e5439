import { expect, test } from '@jest/globals';
import { MAX_HISTORY } from './bounds.js';
import { appendAttempt } from './history.js';
import type { AttemptRecord } from '../operation/operation.js';

const attempt = (startedAt: number): AttemptRecord => ({ startedAt, durationMs: 1, outcome: 'retry' });

test('appends an attempt, and nothing where there is none', () => {
  const history = appendAttempt([], attempt(1));
  expect(appendAttempt(history, attempt(2))).toEqual([attempt(1), attempt(2)]);
  expect(appendAttempt(history, undefined)).toBe(history);
});

test('keeps the latest 100 attempts', () => {
  let history: readonly AttemptRecord[] = [];
  for (let at = 1; at <= 250; at++) history = appendAttempt(history, attempt(at));
  expect(history).toHaveLength(MAX_HISTORY);
  expect(history[0]).toEqual(attempt(151));
  expect(history.at(-1)).toEqual(attempt(250));
});
