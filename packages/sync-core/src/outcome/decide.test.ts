import { describe, expect, test } from '@jest/globals';
import { storedOperation } from '../../test/stored-operation.js';
import { ConstantBackoff, ExponentialBackoff } from '../backoff/backoff.js';
import { SeededRandom } from '../deterministic.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { decide, type DeliveryPolicy, type FinalOutcome, type ResolvedConflict } from './decide.js';

const NOW = 1_700_000_000_000;
const reason = { code: 'SERVER_RETRY', message: 'later', status: 503 };
const policy: DeliveryPolicy = {
  maxAttempts: 3,
  backoff: new ConstantBackoff(1000),
  unreachableBackoff: new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000, jitter: 'none' }),
  maxRetryAfterMs: 3_600_000,
  minRetryMs: 100,
  maxConflictRounds: 2,
  random: new SeededRandom(1),
  newId: () => 'new-id',
};

const attempt = (outcome: string, delayMs?: number): AttemptRecord => ({
  startedAt: 0,
  durationMs: 1,
  outcome,
  ...(delayMs !== undefined && { delayMs }),
});

describe('an acknowledgement', () => {
  test('removes the operation', () => {
    expect(decide(storedOperation(), { kind: 'acknowledged' }, policy, NOW)).toEqual({
      id: 'op',
      kind: 'remove',
    });
  });

  test('with a permanent id makes it known in the same step', () => {
    expect(decide(storedOperation(), { kind: 'acknowledged', assigned: '42' }, policy, NOW)).toEqual({
      id: 'op',
      kind: 'remove',
      assign: { from: 'op', to: '42' },
    });
  });
});

describe('an acknowledgement with a version', () => {
  const answer = { kind: 'acknowledged', version: 'v2' } as const;

  test('tells which version the guarded change made another one', () => {
    const operation = storedOperation({ entity: 'e', baseVersion: 'v1' });
    expect(decide(operation, { ...answer, assigned: '42' }, policy, NOW)).toEqual({
      id: 'op',
      kind: 'remove',
      assign: { from: 'op', to: '42' },
      version: { from: 'v1', to: 'v2' },
    });
  });

  test('tells so of an unguarded change too, where the answer says what it was applied to', () => {
    const outcome = { ...answer, previousVersion: 'v1' };
    const version = { from: 'v1', to: 'v2' };
    expect(decide(storedOperation({ entity: 'e' }), outcome, policy, NOW)).toMatchObject({ version });
    // What the server compared is what it was applied to, whatever else the answer says.
    const guarded = storedOperation({ entity: 'e', baseVersion: 'v0' });
    expect(decide(guarded, outcome, policy, NOW)).toMatchObject({ version: { from: 'v0', to: 'v2' } });
  });

  test.each([
    ['a change that nothing guarded', { entity: 'e', baseVersion: undefined }, answer],
    ['a change that nothing follows', { entity: undefined, baseVersion: 'v1' }, answer],
    ['an answer without one', { entity: 'e', baseVersion: 'v1' }, { kind: 'acknowledged' }],
    [
      'one that no request can carry',
      { entity: 'e', baseVersion: 'v1' },
      { kind: 'acknowledged', version: 'a\nb' },
    ],
    [
      'one that is no text',
      { entity: 'e', baseVersion: 'v1' },
      { kind: 'acknowledged', version: 2 as unknown as string },
    ],
  ] as const)('moves nobody after %s', (_, fields, outcome) => {
    expect(decide(storedOperation(fields), outcome, policy, NOW)).toEqual({ id: 'op', kind: 'remove' });
  });
});

describe('an answer that asks for another attempt', () => {
  const decideRetry = (afterMs?: number, change: Partial<DeliveryPolicy> = {}, attempts = 0) =>
    decide(
      storedOperation({ attempts }),
      afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', afterMs, reason },
      { ...policy, ...change },
      NOW,
    );

  test('counts and waits the backoff', () => {
    expect(decideRetry()).toEqual({
      id: 'op',
      kind: 'reschedule',
      dueAt: NOW + 1000,
      delayMs: 1000,
      counts: true,
    });
  });

  test('waits as long as the server asks, where that is longer than the backoff', () => {
    expect(decideRetry(5000)).toMatchObject({ dueAt: NOW + 5000, delayMs: 5000 });
    expect(decideRetry(500)).toMatchObject({ delayMs: 1000 });
  });

  test('waits no longer than maxRetryAfterMs, whatever the server asks', () => {
    expect(decideRetry(86_400_000 * 365)).toMatchObject({ delayMs: 3_600_000 });
  });

  test('never goes again at once, whatever server and jitter say', () => {
    expect(decideRetry(0, { backoff: new ConstantBackoff(0) })).toMatchObject({ delayMs: 100 });
    expect(decideRetry(-5000, { backoff: new ConstantBackoff(0) })).toMatchObject({ delayMs: 100 });
  });

  test('settles on whole milliseconds', () => {
    expect(decideRetry(undefined, { backoff: { delayMs: () => 1234.56 } })).toMatchObject({ delayMs: 1235 });
  });

  test('gives the backoff the number of attempts and the last delay', () => {
    const seen: unknown[] = [];
    const backoff = {
      delayMs: (attempts: number, previousMs: number) => {
        seen.push([attempts, previousMs]);
        return 7;
      },
    };
    decideRetry(undefined, { backoff });
    const again = storedOperation({ attempts: 1, history: [attempt('retry', 700)] });
    decide(again, { kind: 'retry', reason }, { ...policy, backoff }, NOW);
    const after = storedOperation({ attempts: 1, history: [attempt('unauthenticated')] });
    decide(after, { kind: 'retry', reason }, { ...policy, backoff }, NOW);
    expect(seen).toEqual([
      [1, 0],
      [2, 700],
      [2, 0],
    ]);
  });

  test('makes a dead letter of the operation after maxAttempts, and keeps the last answer', () => {
    expect(decideRetry(undefined, {}, 1).kind).toBe('reschedule');
    expect(decideRetry(undefined, {}, 2)).toEqual({
      id: 'op',
      kind: 'hold',
      state: 'deadLetter',
      counts: true,
      failure: {
        code: 'ATTEMPTS_EXHAUSTED',
        message: 'Gave up after 3 attempts; the last answer was: later',
        status: 503,
        details: reason,
      },
    });
  });
});

describe('an answer that speaks against nobody', () => {
  const tenth = storedOperation({ attempts: 2, history: [attempt('retry', 700), attempt('retry', 1500)] });

  test.each<FinalOutcome>([
    { kind: 'retry', reason, counts: false },
    { kind: 'retry', reason, scope: 'request' },
    { kind: 'retry', reason, scope: 'request', counts: true },
    { kind: 'retry', reason, scope: 'server' },
  ])('waits and counts nothing, however often: %j', (outcome) => {
    expect(decide(tenth, outcome, policy, NOW)).toMatchObject({ kind: 'reschedule', counts: false });
  });

  test('of the server as a whole waits as an outage does, and as long as it asks', () => {
    const decideLater = (afterMs: number) =>
      decide(tenth, { kind: 'retry', reason, scope: 'server', afterMs }, policy, NOW);
    expect(decideLater(0)).toMatchObject({ delayMs: 4000 });
    expect(decideLater(9000)).toMatchObject({ delayMs: 9000, dueAt: NOW + 9000 });
  });

  test('waits longer each time, though it counts nothing', () => {
    const backoff = new ExponentialBackoff({ jitter: 'none' });
    const waits = [0, 1, 2, 10].map((length) => {
      const history = Array.from({ length }, () => attempt('retry', 1));
      const settlement = decide(
        storedOperation({ history }),
        { kind: 'retry', reason, counts: false },
        { ...policy, backoff },
        NOW,
      );
      return settlement.kind === 'reschedule' && settlement.delayMs;
    });
    expect(waits).toEqual([1000, 2000, 4000, 300_000]);
  });
});

test('gives a dead letter whose transport failed no more certainty than there is', () => {
  const failed = { code: 'TRANSPORT_FAILED', message: 'TypeError: x' };
  expect(
    decide(storedOperation({ attempts: 2 }), { kind: 'retry', reason: failed }, policy, NOW),
  ).toMatchObject({
    failure: {
      message:
        'Gave up after 3 attempts; the last answer was: TypeError: x ' +
        'Whether the server has applied it is not known.',
    },
  });
});

test.each([NaN, -1, Infinity])('a backoff of %d ms never becomes a time that is stored', (delayMs) => {
  const decideBy = (): unknown =>
    decide(
      storedOperation(),
      { kind: 'retry', reason },
      { ...policy, backoff: { delayMs: () => delayMs } },
      NOW,
    );
  if (delayMs === Infinity) expect(decideBy()).toMatchObject({ delayMs: 366 * 24 * 3_600_000 });
  // A wait that is too short is lengthened as a server's would be.
  else if (delayMs === -1) expect(decideBy()).toMatchObject({ delayMs: 100 });
  else expect(decideBy).toThrow(RangeError);
});

test.each([-1, NaN])('an outage backoff of %d ms is refused', (delayMs) => {
  const unreachableBackoff = { delayMs: () => delayMs };
  expect(() =>
    decide(storedOperation(), { kind: 'unreachable', reason }, { ...policy, unreachableBackoff }, NOW),
  ).toThrow('A backoff gives milliseconds from 0 on');
});

describe('no answer', () => {
  const decideOutage = (history: readonly AttemptRecord[]) =>
    decide(storedOperation({ history, attempts: 2 }), { kind: 'unreachable', reason }, policy, NOW);

  test('counts nothing', () => {
    expect(decideOutage([])).toEqual({
      id: 'op',
      kind: 'reschedule',
      dueAt: NOW + 1000,
      delayMs: 1000,
      counts: false,
    });
  });

  test('waits longer the more often in a row there was none', () => {
    const outage = attempt('unreachable', 1000);
    expect(decideOutage([outage])).toMatchObject({ delayMs: 2000 });
    expect(decideOutage([outage, outage, outage])).toMatchObject({ delayMs: 8000 });
    expect(decideOutage([outage, outage, attempt('retry')])).toMatchObject({ delayMs: 1000 });
    expect(decideOutage([attempt('retry'), outage])).toMatchObject({ delayMs: 2000 });
  });

  test('hands the last wait of the outage to a strategy that needs it', () => {
    const seen: number[] = [];
    const unreachableBackoff = { delayMs: (_: number, previousMs: number) => seen.push(previousMs) };
    for (const history of [[], [attempt('unreachable', 900)], [attempt('unreachable')]]) {
      decide(
        storedOperation({ history }),
        { kind: 'unreachable', reason },
        { ...policy, unreachableBackoff },
        NOW,
      );
    }
    expect(seen).toEqual([0, 900, 0]);
  });

  test('makes no dead letter, however often', () => {
    const history = Array.from({ length: 100 }, () => attempt('unreachable', 60_000));
    expect(decideOutage(history)).toMatchObject({ kind: 'reschedule', delayMs: 60_000, counts: false });
  });
});

test.each<FinalOutcome>([{ kind: 'unauthenticated', reason }, { kind: 'skipped' }])(
  '$kind gives the operation back without counting',
  (outcome) => {
    expect(decide(storedOperation({ attempts: 2 }), outcome, policy, NOW)).toEqual({
      id: 'op',
      kind: 'release',
      sent: true,
    });
  },
);

test('a rejection makes a dead letter with the reason', () => {
  expect(decide(storedOperation(), { kind: 'rejected', reason }, policy, NOW)).toEqual({
    id: 'op',
    kind: 'hold',
    state: 'deadLetter',
    failure: reason,
    counts: true,
  });
});

describe('a key that is older than what the server remembers', () => {
  const forgotten = { code: 'KEY_EXPIRED', message: 'too old', status: 410 };
  const decideForgotten = (change: Partial<StoredOperation>) =>
    decide(storedOperation(change), { kind: 'rejected', reason: forgotten }, policy, NOW);
  const buried = { id: 'op', kind: 'hold', state: 'deadLetter', failure: forgotten, counts: true };

  test('of what was never sent gives way to a new one, under which others find what they refer to', () => {
    const references = [{ path: '/list', id: 'temporary' }];
    const { sequence, state, attempts, attempted, history, dueAt, delayMs, ...same } = storedOperation();
    expect(decideForgotten({ references, baseVersion: 'v1', dependsOn: ['before'] })).toEqual({
      id: 'op',
      kind: 'replace',
      operation: {
        ...same,
        id: 'new-id',
        baseVersion: 'v1',
        dependsOn: ['before'],
        references: [...references, { path: '', id: 'op' }],
      },
    });
  });

  test('of what may have been sent before makes a dead letter, since it may have had its effect', () => {
    expect(decideForgotten({ attempted: true })).toEqual(buried);
  });

  test('is renewed once', () => {
    const history = [{ ...attempt('rejected'), code: 'KEY_EXPIRED' }, attempt('retry')];
    expect(decideForgotten({ history })).toEqual(buried);
    expect(decideForgotten({ history: history.slice(1) }).kind).toBe('replace');
  });
});

describe('a conflict', () => {
  const remote = { value: { text: 'theirs' }, version: 'v2' };
  const decideConflict = (resolved: ResolvedConflict, conflictRounds = 0, other: object = remote) =>
    decide(
      storedOperation({ conflictRounds, base: '"old"', baseVersion: 'v1', attempts: 2 }),
      { kind: 'conflict', remote: other as typeof remote, resolved },
      policy,
      NOW,
    );

  test('in favour of the server removes the operation', () => {
    expect(decideConflict({ kind: 'use-remote' })).toEqual({ id: 'op', kind: 'remove' });
  });

  test('in favour of the device goes out against the version of the server, under an id of its own', () => {
    const settlement = decideConflict({ kind: 'use-local' });
    expect(settlement).toMatchObject({
      id: 'op',
      kind: 'replace',
      operation: {
        id: 'new-id',
        payload: '{"text":"mine"}',
        baseVersion: 'v2',
        base: '{"text":"theirs"}',
        conflictRounds: 1,
      },
    });
    expect(Object.keys((settlement as { operation: object }).operation)).not.toContain('attempts');
  });

  test('merged goes out with the merged payload', () => {
    expect(decideConflict({ kind: 'merge', payload: '"both"', references: [] })).toMatchObject({
      kind: 'replace',
      operation: { payload: '"both"' },
    });
  });

  test('with a value that the server does not tell forgets the base that no longer holds', () => {
    const { operation } = decideConflict({ kind: 'use-local' }, 0, { value: undefined }) as unknown as {
      operation: object;
    };
    expect(operation).not.toHaveProperty('base');
    expect(operation).not.toHaveProperty('baseVersion');
  });

  test('that is deferred parks the operation with what the server holds', () => {
    expect(decideConflict({ kind: 'defer' })).toMatchObject({
      kind: 'hold',
      state: 'parked',
      counts: false,
      failure: { code: 'CONFLICT_DEFERRED', details: remote },
    });
  });

  test('that was met more than maxConflictRounds times in a row makes a dead letter', () => {
    expect(decideConflict({ kind: 'use-local' }, 1).kind).toBe('replace');
    expect(decideConflict({ kind: 'use-local' }, 2)).toMatchObject({
      kind: 'hold',
      state: 'deadLetter',
      counts: false,
      failure: { code: 'CONFLICT_UNRESOLVED', details: remote },
    });
  });

  test('may still be given up or deferred after the last round', () => {
    expect(decideConflict({ kind: 'use-remote' }, 2).kind).toBe('remove');
    expect(decideConflict({ kind: 'defer' }, 2)).toMatchObject({ state: 'parked' });
  });
});
