import { describe, expect, test } from '@jest/globals';
import { opened, type Rig, running } from '../../test/rig.js';
import {
  acknowledged,
  rejected,
  retry,
  unauthenticated,
  unreachable,
} from '../../test/scripted-transport.js';
import { ConstantBackoff } from '../backoff/backoff.js';
import { defer } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';

const backoff = new ConstantBackoff(1000);

describe('attempts', () => {
  test('send the same bytes under the same id, whatever they meet', async () => {
    const rig = await running({ backoff });
    const answers = [retry(), unreachable, new Error('bug'), retry(), acknowledged];
    rig.transport.answer = () => answers.shift() ?? acknowledged;
    await rig.queue.enqueue('note', { z: 1, a: [0.1, 'ü'] }, { id: 'x', baseVersion: 'v1' });
    await rig.clock.advance(60_000);
    const requests = rig.transport.batches.map(({ operations }) =>
      operations.map(({ id, payloadJson, baseVersion, timestamp }) => ({
        id,
        payloadJson,
        baseVersion,
        timestamp,
      })),
    );
    expect(requests).toHaveLength(5);
    expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(requests[0]?.[0]).toMatchObject({
      id: 'x',
      payloadJson: '{"z":1,"a":[0.1,"ü"]}',
      baseVersion: 'v1',
    });
  });

  test('count where the server took others meanwhile, and not where it did not answer or wants a sign-in', async () => {
    const rig = await running({ backoff, concurrency: 1 });
    const answers = [retry(), unreachable, unauthenticated, retry()];
    rig.transport.answer = ({ id }) => (id === 'x' ? (answers.shift() ?? 'hang') : acknowledged);
    await rig.enqueue(['other', 'x']);
    await rig.clock.advance(10_000);
    await rig.enqueue(['another'], { priority: 100 });
    rig.worker.resume(undefined);
    await rig.clock.advance(10_000);
    const { attempts, history } = await rig.get('x');
    expect(history.map(({ outcome }) => outcome)).toEqual([
      'retry',
      'unreachable',
      'unauthenticated',
      'retry',
    ]);
    expect(attempts).toBe(2);
  });

  test('end in a dead letter after maxAttempts answers while others are taken, with the whole history', async () => {
    const rig = await running({ backoff, maxAttempts: 3 });
    rig.transport.answer = ({ id }) => (id === 'x' ? retry() : acknowledged);
    await rig.enqueue(['other0', 'x']);
    for (const id of ['other1', 'other2', 'other3']) {
      await rig.clock.advance(500);
      await rig.enqueue([id]);
      await rig.clock.advance(500);
    }
    const { state, attempts, history, failure } = await rig.get('x');
    const sends = rig.transport.sent.filter((payload) => payload === 'x').length;
    expect({ state, attempts, sends }).toEqual({ state: 'deadLetter', attempts: 3, sends: 3 });
    expect(failure?.code).toBe('ATTEMPTS_EXHAUSTED');
    expect(history.map(({ outcome, code, status, delayMs }) => [outcome, code, status, delayMs])).toEqual([
      ['retry', 'SERVER_RETRY', 503, 1000],
      ['retry', 'SERVER_RETRY', 503, 1000],
      ['retry', 'SERVER_RETRY', 503, undefined],
    ]);
    expect(rig.told('deadLettered')).toMatchObject([{ id: 'x', failure: { code: 'ATTEMPTS_EXHAUSTED' } }]);
  });

  test('count nothing while the server takes no others either, and wait for it', async () => {
    const rig = await running({ backoff, maxAttempts: 3 });
    rig.transport.answer = () => retry();
    await rig.enqueue(['x', 'y']);
    await rig.clock.advance(60_000);
    const { state, attempts } = await rig.get('x');
    expect({ state, attempts }).toEqual({ state: 'scheduled', attempts: 0 });
  });

  test('wait as long as the server asks, in real time', async () => {
    const rig = await running({ backoff });
    const answers = [retry(90_000)];
    rig.transport.answer = () => answers.shift() ?? acknowledged;
    await rig.enqueue(['x']);
    await rig.clock.advance(200_000);
    expect(rig.transport.batches.map(({ at }) => at)).toEqual([0, 90_000]);
  });

  test('that the server asks for at once still wait', async () => {
    const rig = await running({ backoff: new ConstantBackoff(0) });
    const answers = [retry(0), retry(0)];
    rig.transport.answer = () => answers.shift() ?? acknowledged;
    await rig.enqueue(['x']);
    await rig.clock.advance(1000);
    expect(rig.transport.batches.map(({ at }) => at)).toEqual([0, 100, 200]);
  });

  test('that take too long are aborted and count as unanswered', async () => {
    const rig = await running({ attemptTimeoutMs: 5000 });
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['x']);
    await rig.clock.advance(5000);
    expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
    const { attempts, history } = await rig.get('x');
    expect(attempts).toBe(0);
    expect(history).toMatchObject([{ outcome: 'unreachable', code: 'ATTEMPT_TIMEOUT', durationMs: 5000 }]);
  });
});

describe('an outcome is told after it is stored', () => {
  test.each([
    [{ ...acknowledged, result: { no: 7 }, version: 'v2' }, ['attempted', 'acknowledged']],
    [retry(), ['attempted', 'retryScheduled']],
    [unreachable, ['circuitOpened', 'attempted', 'retryScheduled']],
    [unauthenticated, ['signInRequired', 'attempted', 'released']],
    [rejected, ['attempted', 'deadLettered']],
    [{ kind: 'conflict', remote: { value: 1 } }, ['attempted', 'conflict', 'superseded']],
  ] as const)('%j', async (answer, types) => {
    const rig = await opened();
    const answers = [answer];
    rig.transport.answer = () => answers.shift() ?? 'hang';
    await rig.enqueue(['x'], { entity: 'e' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.events.map(({ type }) => type)).toEqual(['enqueued', ...types]);
    expect(rig.events.at(-1)).toMatchObject({ id: 'x', kind: 'note', entity: 'e' });
  });

  test('an acknowledgement tells what the server answered', async () => {
    const rig = await running();
    rig.transport.answer = () => ({ kind: 'acknowledged', result: { no: 7 }, version: 'v2' });
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect(rig.told('acknowledged')).toEqual([
      { type: 'acknowledged', id: 'x', kind: 'note', result: { no: 7 }, version: 'v2' },
    ]);
  });
});

describe('expiry', () => {
  test('gives an operation up unsent and lets its follower go', async () => {
    const rig = await opened();
    await rig.queue.enqueue('note', 'old', { id: 'old', entity: 'e', expiresAt: rig.clock.now() + 1000 });
    await rig.enqueue(['next'], { entity: 'e' });
    await rig.clock.advance(1000);
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['next']);
    expect(rig.told('expired')).toEqual([{ type: 'expired', id: 'old', kind: 'note', entity: 'e' }]);
    expect(await rig.total()).toBe(0);
  });

  test('comes at the moment itself and not before', async () => {
    const rig = await opened();
    await rig.queue.enqueue('note', 'x', { expiresAt: rig.clock.now() + 1000 });
    await rig.clock.advance(999);
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x']);
  });
});

describe('what this app cannot send', () => {
  const future = defineOperation('future');
  const wide = defineOperation('note', { version: 2, upcast: { 1: (text) => ({ text }) } });

  /** Parks what waits, as a version of the library did that claimed what it did not know. */
  async function parkAll({ inner, clock }: Rig): Promise<void> {
    const { token, operations } = await inner.claim({ now: clock.now(), limit: 1000, leaseMs: 1 });
    const failure = { code: 'OPERATION_KIND_UNKNOWN', message: 'unknown' };
    await inner.settle(
      token,
      operations.map(({ id }) => ({
        id,
        kind: 'hold',
        state: 'parked',
        failure,
        counts: false,
        sent: false,
      })),
    );
  }

  test('is passed over, holds its followers, and goes with an app that knows the kind', async () => {
    const writer = await opened({ operations: [future, wide] });
    await writer.queue.enqueue(future, 1, { id: 'unknown', entity: 'e' });
    await writer.queue.enqueue(wide, 2, { id: 'newer' });
    await writer.queue.enqueue(wide, 3, { id: 'behind', entity: 'e' });
    const old = await running({ beside: writer });
    await old.clock.advance(0);
    expect(old.transport.sent).toEqual([]);
    for (const id of ['unknown', 'newer']) {
      const { state, attempted } = await old.get(id);
      expect([state, attempted]).toEqual(['waiting', false]);
      expect(await old.queue.explain(id)).toMatchObject({ state: 'waiting', waitsFor: 'newerApp' });
    }
    expect((await old.queue.explain('newer'))?.message).toMatch(/newer version of the app/);
    expect((await old.get('behind')).state).toBe('blocked');
    const young = await running({ beside: writer, operations: [future, wide] });
    await young.clock.advance(0);
    expect(young.transport.sent).toEqual([1, 2, 3]);
    expect(old.transport.sent).toEqual([]);
  });

  test('goes as it is stored where the queue is told to send it, conflicts and all', async () => {
    const writer = await opened({ operations: [future, wide] });
    await writer.queue.enqueue(future, 1, { id: 'unknown', entity: 'e' });
    await writer.queue.enqueue(wide, 2, { id: 'newer', entity: 'e' });
    await writer.queue.enqueue(future, 3, { id: 'contested' });
    const carrier = await opened({ beside: writer, operations: [], unknownKinds: 'send', resolver: defer });
    carrier.transport.answer = ({ id }) =>
      id === 'contested' ? { kind: 'conflict', remote: { value: 4 } } : acknowledged;
    await carrier.worker.start();
    await carrier.clock.advance(0);
    expect(carrier.transport.sent).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(carrier.failures).toEqual([]);
    expect((await carrier.get('contested')).failure?.code).toBe('CONFLICT_DEFERRED');
    expect(await carrier.total()).toBe(1);
  });

  test('stays parked where it was parked, though the queue sends what it does not know', async () => {
    const writer = await opened({ operations: [future] });
    await writer.queue.enqueue(future, 1, { id: 'unknown' });
    await parkAll(writer);
    const carrier = await running({ beside: writer, operations: [], unknownKinds: 'send' });
    await carrier.clock.advance(0);
    expect((await carrier.get('unknown')).state).toBe('parked');
  });

  test('is released by the hundreds, and nothing else that is parked is', async () => {
    const writer = await opened({ operations: [future] });
    const ids = Array.from({ length: 250 }, (_, at) => `f${at}`);
    await writer.queue.enqueueAll(ids.map((id) => ({ operation: future, payload: id, id })));
    await parkAll(writer);
    const old = await opened({ beside: writer });
    await old.enqueue(['deferred']);
    const deferring = await running({ beside: writer, resolver: { resolve: () => ({ kind: 'defer' }) } });
    deferring.transport.answer = () => ({ kind: 'conflict', remote: { value: 1 } });
    await deferring.clock.advance(0);
    await deferring.worker.stop();
    expect((await old.queue.stats()).byState.parked).toBe(251);
    const young = await running({ beside: writer, operations: [future] });
    await young.clock.advance(0);
    expect(young.transport.sent).toHaveLength(250);
    expect((await young.get('deferred')).state).toBe('parked');
  });

  test('in an old shape is brought to the new one before it is sent for the first time', async () => {
    const writer = await opened();
    await writer.enqueue(['a', 'b'], { entity: 'e' });
    const rig = await running({ beside: writer, operations: [wide] });
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(rig.told('replaced')[0]).toEqual({
      type: 'replaced',
      id: 'a',
      kind: 'note',
      entity: 'e',
      replacedBy: 'a',
    });
  });

  test('but was sent before in its old shape keeps it: every repeat is the same request', async () => {
    const writer = await running();
    writer.transport.answer = () => retry();
    await writer.enqueue(['a']);
    await writer.clock.advance(0);
    await writer.worker.stop();
    const rig = await running({ beside: writer, operations: [wide] });
    await rig.clock.advance(60_000);
    expect(rig.transport.sent).toEqual(['a']);
  });

  test('since its upcast fails is parked, and goes with an app whose upcast works', async () => {
    const writer = await opened();
    await writer.enqueue(['a']);
    const broken = defineOperation('note', { version: 2 });
    const rig = await running({ beside: writer, operations: [broken] });
    await rig.clock.advance(0);
    expect((await rig.get('a')).failure?.code).toBe('OPERATION_UPCAST_FAILED');
    await rig.worker.stop();
    const mended = await running({ beside: writer, operations: [wide] });
    await mended.clock.advance(0);
    expect(mended.transport.sent).toEqual([{ text: 'a' }]);
  });

  test('since its upcast gives what is no JSON is parked', async () => {
    const writer = await opened();
    await writer.enqueue(['a']);
    const broken = defineOperation('note', { version: 2, upcast: { 1: () => 1n } });
    const rig = await running({ beside: writer, operations: [broken] });
    await rig.clock.advance(0);
    expect((await rig.get('a')).failure?.code).toBe('OPERATION_UPCAST_FAILED');
  });
});

describe('permanent ids', () => {
  const create = defineOperation('create', {
    assignedId: (result) => (result as { id: string }).id,
  });
  const rename = defineOperation<{ thing: string }>('rename', {
    references: ['/thing'],
    entity: ({ thing }) => `thing:${thing}`,
  });

  test('take the place of temporary ones in the operations that wait', async () => {
    const rig = await running({ operations: [create, rename] });
    rig.transport.answer = () => ({ kind: 'acknowledged', result: { id: '42' } });
    await rig.queue.enqueueAll([
      { operation: create, payload: 'c', id: 'tmp' },
      { operation: rename, payload: { thing: 'tmp' } },
    ]);
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['c', { thing: '42' }]);
    expect(rig.transport.batches[1]?.operations[0]?.entity).toBe('thing:42');
  });

  test.each([null, { id: 42 }, { id: '' }, { id: 'x'.repeat(256) }])(
    'that cannot be read from %j are told of, and the operation is delivered all the same',
    async (result) => {
      const rig = await running({ operations: [create] });
      rig.transport.answer = () => ({ kind: 'acknowledged', result });
      await rig.queue.enqueue(create, 'c');
      await rig.clock.advance(0);
      expect(rig.failures).toEqual(['LISTENER_FAILED']);
      expect(await rig.total()).toBe(0);
    },
  );

  test('are not asked for by a definition that gives none back', async () => {
    const plain = defineOperation('create', { assignedId: () => undefined });
    const rig = await running({ operations: [plain] });
    await rig.queue.enqueue(plain, 'c');
    await rig.clock.advance(0);
    expect(rig.failures).toEqual([]);
    expect(rig.told('acknowledged')).toHaveLength(1);
  });
});
