import { describe, expect, test } from '@jest/globals';
import type { NewOutcome } from '../ports/outcome-record.js';
import { MAX_RESULT_BYTES } from './bounds.js';
import { keptFailure, keptResult, keptText, purgedOutcome } from './outcomes.js';

describe('of an outcome whose principal is purged stays', () => {
  const written: NewOutcome = {
    outcome: 'acknowledged',
    kind: 'note',
    entity: 'notes/secret',
    result: '"secret"',
    version: 'secret',
    position: 'secret',
  };

  test('how and when it ended, whose it was, and where it went', () => {
    const whose = { principal: 'ann', at: 1000, into: 'other' };
    expect(purgedOutcome({ ...written, ...whose })).toEqual({
      outcome: 'acknowledged',
      kind: 'note',
      ...whose,
    });
  });

  test('nothing that was written', () => {
    const failure = { code: 'REJECTED', message: 'secret' };
    const left = purgedOutcome({ ...written, failure });
    expect(left).toEqual({ outcome: 'acknowledged', kind: 'note' });
    expect(JSON.stringify(left)).not.toContain('secret');
  });
});

describe('the answer of a server', () => {
  test('is kept as JSON', () => {
    expect(keptResult({ id: 7 })).toEqual({ result: '{"id":7}' });
    expect(keptResult(null)).toEqual({ result: 'null' });
  });

  test('is nothing where there is none, or none that JSON knows', () => {
    expect(keptResult(undefined)).toEqual({});
    expect(keptResult(() => 'of a transport of yours')).toEqual({});
  });

  test.each([
    ['longer than is kept', 'x'.repeat(MAX_RESULT_BYTES)],
    ['longer than is kept in bytes, though not in characters', 'ü'.repeat(MAX_RESULT_BYTES / 2)],
    ['a number that JSON does not know', 1n],
  ])('is said to be left out where it is %s', (_what, result) => {
    expect(keptResult(result)).toEqual({ resultOmitted: true });
  });
});

test('a version or position is kept where it is a short text', () => {
  expect(keptText('version', 'v1')).toEqual({ version: 'v1' });
  expect(keptText('version', undefined)).toEqual({});
  expect(keptText('position', 'x'.repeat(1_000_000))).toEqual({});
});

describe('a failure', () => {
  test('is kept whole where it is small', () => {
    for (const details of [undefined, { field: 'name' }]) {
      const failure = { code: 'REJECTED', message: 'no', status: 422, ...(details && { details }) };
      expect(keptFailure(failure)).toEqual(failure);
    }
  });

  const endless: Record<string, unknown> = {};
  endless['self'] = endless;
  test.each([
    ['more than is kept', { text: 'x'.repeat(10_000) }],
    ['what JSON does not know', endless],
  ])('loses details that are %s, and no more', (_what, details) => {
    expect(keptFailure({ code: 'REJECTED', message: 'no', details })).toEqual({
      code: 'REJECTED',
      message: 'no',
    });
  });

  test('of many words is cut', () => {
    const { message, status } = keptFailure({ code: 'REJECTED', message: 'x'.repeat(10_000), status: 422 });
    expect(message.length).toBeLessThan(1000);
    expect(status).toBe(422);
  });
});
