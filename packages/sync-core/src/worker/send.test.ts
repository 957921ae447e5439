import { describe, expect, test } from '@jest/globals';
import {
  acknowledged,
  type Answer,
  rejected,
  retry,
  ScriptedTransport,
  unreachable,
} from '../../test/scripted-transport.js';
import { storedOperation } from '../../test/stored-operation.js';
import { ManualClock } from '../deterministic.js';
import { SyncError } from '../errors/sync-error.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { send, type SendOutcome } from './send.js';

const operations = (
  ids: string,
  entityOf: (id: string) => string | undefined = () => undefined,
): StoredOperation[] =>
  Array.from(ids).map((id) => storedOperation({ id, payload: JSON.stringify(id), entity: entityOf(id) }));

function rig(answer: (id: string) => Answer = () => acknowledged) {
  const clock = new ManualClock();
  const transport = new ScriptedTransport(clock);
  transport.answer = ({ id }) => answer(id);
  const controller = new AbortController();
  /** What this side no longer holds. */
  const lost = new Set<string>();
  const held = (): Promise<ReadonlySet<string>> =>
    Promise.resolve(new Set(Array.from('abcdefghABCDEFGH').filter((id) => !lost.has(id))));
  return {
    lost,
    clock,
    transport,
    controller,
    send: (list: readonly StoredOperation[]) =>
      send(list, {
        transport,
        clock,
        attemptTimeoutMs: 1000,
        signal: controller.signal,
        held,
        mayLeave: () => true,
        heardTime: () => undefined,
      }),
    batches: () => transport.batches.map((batch) => batch.operations.map(({ id }) => id).join('')),
  };
}

const kinds = (outcomes: readonly SendOutcome[]): string[] => outcomes.map(({ kind }) => kind);

test('gives the outcomes of the transport as they are', async () => {
  const remote = { value: 1 };
  const all = [acknowledged, { kind: 'conflict', remote }, retry(5), unreachable, rejected] as const;
  const { send, batches } = rig((id) => all[Number(id)] ?? acknowledged);
  expect(await send(operations('01234'))).toEqual(all);
  expect(batches()).toEqual(['01234']);
});

describe('a transport that throws', () => {
  test('costs the operation that provokes it an attempt, and is asked again in halves for the others', async () => {
    const { send, batches } = rig((id) => (id === 'f' ? new Error('poison') : acknowledged));
    const outcomes = await send(operations('abcdefgh'));
    expect(outcomes.map(({ kind }) => kind === 'acknowledged')).toEqual(
      Array.from('abcdefgh').map((id) => id !== 'f'),
    );
    expect(outcomes[5]).toMatchObject({ kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } });
    expect(batches()).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
  });

  test('has no say in what happens by the code of what it throws', async () => {
    const codes = ['ATTEMPT_TIMEOUT', 'STOPPED', 'LEASE_LOST'] as const;
    for (const code of codes) {
      const { send } = rig(() => new SyncError(code, 'not from us'));
      expect(await send(operations('a'))).toMatchObject([
        { kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } },
      ]);
    }
  });

  test('holds the followers of what failed, and nobody else', async () => {
    const { send, batches } = rig((id) => (id === 'A' ? new Error('poison') : acknowledged));
    const outcomes = await send(operations('ABab', (id) => (id === id.toUpperCase() ? 'upper' : 'lower')));
    expect(kinds(outcomes)).toEqual(['retry', 'skipped', 'acknowledged', 'acknowledged']);
    expect(batches()).toEqual(['ABab', 'AB', 'A', 'ab']);
  });

  test('sends nothing more where all that is left follows what failed', async () => {
    const { send, batches } = rig(() => new Error('poison'));
    expect(kinds(await send(operations('abcd', () => 'one')))).toEqual([
      'retry',
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(batches()).toEqual(['abcd', 'ab', 'a']);
  });
});

test('sends no half of what somebody else holds by now, and nothing that follows it', async () => {
  const { send, lost, transport, batches } = rig();
  transport.respond = (sent) => {
    lost.add('a').add('d');
    if (sent.length > 2) throw new Error('poison');
    return sent.map(() => acknowledged);
  };
  const outcomes = await send(operations('abcde', (id) => ('ac'.includes(id) ? 'one' : undefined)));
  expect(kinds(outcomes)).toEqual(['aborted', 'acknowledged', 'skipped', 'aborted', 'acknowledged']);
  expect(batches()).toEqual(['abcde', 'b', 'e']);
});

describe('an answer that breaks the contract', () => {
  test.each<[string, unknown]>([
    ['too few outcomes', [acknowledged]],
    ['too many outcomes', [acknowledged, acknowledged, acknowledged]],
    ['no list', { length: 2 }],
    ['nothing', undefined],
    ['an outcome of no known kind', [acknowledged, { kind: 'fine' }]],
    ['an outcome that is no object', [acknowledged, null]],
    ['a conflict without a record', [acknowledged, { kind: 'conflict' }]],
    ['a conflict with null for a record', [acknowledged, { kind: 'conflict', remote: null }]],
    ['a conflict with a record that is no JSON', [acknowledged, { kind: 'conflict', remote: { value: 1n } }]],
    ['a failure without a reason', [acknowledged, { kind: 'retry' }]],
    ['a reason without a message', [acknowledged, { kind: 'rejected', reason: { code: 'X' } }]],
    ['a reason without a code', [acknowledged, { kind: 'rejected', reason: { message: 'x' } }]],
    [
      'a reason with details that are no JSON',
      [acknowledged, { kind: 'rejected', reason: { code: 'X', message: 'x', details: 1n } }],
    ],
    ['a wait that is no number', [acknowledged, { ...retry(), afterMs: Number.NaN }]],
    ['one that was skipped behind none of its entity', [acknowledged, { kind: 'skipped' }]],
  ])('is taken for a defect: %s', async (_, answer) => {
    const { send, transport } = rig();
    transport.respond = (sent) => (sent.length === 2 ? answer : [acknowledged]);
    expect(kinds(await send(operations('ab')))).toEqual(['acknowledged', 'acknowledged']);
    transport.respond = () => answer;
    const outcomes = await send(operations('ab'));
    expect(outcomes).toMatchObject(
      Array.isArray(answer) && answer.length === 1
        ? [acknowledged, acknowledged]
        : [{ kind: 'retry', reason: { code: 'TRANSPORT_FAILED' } }, { kind: 'retry' }],
    );
  });

  test('is none where a follower of the same entity was skipped', async () => {
    const { send, transport, batches } = rig();
    transport.respond = () => [retry(), { kind: 'skipped' }, { kind: 'skipped' }];
    expect(kinds(await send(operations('abc', () => 'one')))).toEqual(['retry', 'skipped', 'skipped']);
    expect(batches()).toEqual(['abc']);
  });
});

test('no answer in time is one unreachable outcome for each, and is not asked for again', async () => {
  const { send, clock, batches } = rig(() => 'hang');
  const sent = send(operations('abc'));
  await clock.advance(1000);
  const outcomes = await sent;
  expect(outcomes).toMatchObject(
    [1, 2, 3].map(() => ({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } })),
  );
  expect(batches()).toEqual(['abc']);
});

test('an abort ends the send at once, also between its halves', async () => {
  const { send, controller, transport, batches } = rig();
  transport.respond = (sent) => {
    if (sent.length > 1) throw new Error('poison');
    controller.abort();
    return [acknowledged];
  };
  expect(kinds(await send(operations('abc')))).toEqual(['aborted', 'aborted', 'aborted']);
  expect(batches()).toEqual(['abc', 'a']);
});
