import { expect, test } from '@jest/globals';
import { newOperation, storedOperation } from '../../test/fixtures.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { ClaimRequest } from '../ports/queue-storage.js';
import { REMEMBERED_ASSIGNMENTS } from '../rules/bounds.js';
import { MemoryQueue } from './memory-queue.js';

const NOW = 10_000;

/** A queue with these operations, and short names for what the tests do. */
function queueOf(...operations: readonly (string | NewOperation)[]) {
  const queue = new MemoryQueue();
  const add = (...more: readonly (string | NewOperation)[]) =>
    queue.enqueue([more.map((each) => (typeof each === 'string' ? newOperation(each) : each))])[0];
  add(...operations);
  const claim = (request: Partial<ClaimRequest> = {}) =>
    queue.claim({ now: NOW, limit: 100, leaseMs: 1000, ...request });
  const ids = (request: Partial<ClaimRequest> = {}) => claim(request).operations.map(({ id }) => id);
  const state = (id: string) => queue.get(id)?.state;
  return { queue, add, claim, ids, state };
}

const inLane = (id: string, more: Partial<NewOperation> = {}) => newOperation(id, { entity: 'e', ...more });

test('a token is larger than all before it, and fences off those who held before', () => {
  const { queue, claim } = queueOf('a', 'b');
  const first = claim({ limit: 1 });
  const second = claim({ now: NOW + 1000 });
  expect(second.token).toBeGreaterThan(first.token);
  expect(second.operations.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(queue.settle(first.token, [{ id: 'a', kind: 'remove' }])).toEqual(['stale']);
  expect(queue.settle(second.token, [{ id: 'a', kind: 'remove' }])).toEqual(['settled']);
  expect(queue.renew(first.token, ['b'], NOW + 9000, 1000)).toEqual([]);
});

test('gives out neither a token nor a sequence that was given out before', () => {
  const { queue, claim } = queueOf();
  queue.leases.continueFrom(41);
  queue.leases.continueFrom(7);
  queue.index.continueFrom(99);
  queue.index.continueFrom(3);
  expect(claim().token).toBe(42);
  expect(queue.leases.token).toBe(42);
  expect(queue.enqueue([[newOperation('a')]])).toEqual([
    { ok: true, receipts: [{ kind: 'enqueued', sequence: 100 }] },
  ]);
  expect(queue.index.sequence).toBe(100);
});

test('a lease that was renewed ends later, and one that was not lapses', () => {
  const { queue, claim, ids } = queueOf('a', 'b');
  const { token } = claim();
  expect(queue.renew(token, ['a', 'gone'], NOW + 5000, 5000)).toEqual(['a']);
  expect(queue.nextDue({ now: NOW })).toBe(NOW + 1000);
  expect(ids({ now: NOW + 1000 })).toEqual(['b']);
  expect(queue.nextDue({ now: NOW + 1000 })).toBe(NOW + 2000);
  expect(ids({ now: NOW + 4999 })).toEqual(['b']);
  expect(ids({ now: NOW + 5999 })).toEqual(['a', 'b']);
});

test('a claim may hold several of one lane, in order, up to its bound', () => {
  const { claim, state } = queueOf(inLane('a'), inLane('b'), inLane('c'), 'x');
  const { operations } = claim({ perEntity: 2 });
  expect(operations.map(({ id }) => id)).toEqual(['a', 'b', 'x']);
  expect(operations.map(({ attempted }) => attempted)).toEqual([false, false, false]);
  expect(state('c')).toBe('blocked');
});

test('a claim of several leaves out what waits for its own time or for others', () => {
  const later = inLane('b', { scheduledAt: NOW + 1 });
  expect(queueOf(inLane('a'), later).ids({ perEntity: 5 })).toEqual(['a']);
  const dependent = inLane('b', { dependsOn: ['a'] });
  expect(queueOf(inLane('a'), dependent).ids({ perEntity: 5 })).toEqual(['a']);
  const past = inLane('b', { scheduledAt: NOW });
  expect(queueOf(inLane('a'), past).ids({ perEntity: 5 })).toEqual(['a', 'b']);
});

test('a claim that ends within a lane leaves the rest blocked', () => {
  const { queue, claim, state } = queueOf(inLane('a'), inLane('b'), inLane('c'));
  const { token } = claim({ perEntity: 5, limit: 2 });
  expect(state('c')).toBe('blocked');
  queue.settle(token, [
    { id: 'a', kind: 'remove' },
    { id: 'b', kind: 'remove' },
  ]);
  expect(state('c')).toBe('waiting');
});

test('settling tells what was attempted, counts what counts, and keeps why it is held', () => {
  const { queue, claim } = queueOf('a', 'b', 'c', 'd');
  const attempt = { startedAt: NOW, durationMs: 5, outcome: 'retry' };
  const failure = { code: 'X', message: 'x' };
  const { token } = claim();
  queue.settle(token, [
    { id: 'a', kind: 'reschedule', dueAt: NOW + 50, delayMs: 50, counts: true, attempt },
    { id: 'b', kind: 'release', sent: false },
    { id: 'c', kind: 'release', sent: true },
    { id: 'd', kind: 'hold', state: 'deadLetter', failure, counts: false },
  ]);
  expect(queue.get('a')).toMatchObject({ attempts: 1, attempted: true, history: [attempt], dueAt: NOW + 50 });
  expect(queue.get('b')).toMatchObject({ attempts: 0, attempted: false, state: 'waiting' });
  expect(queue.get('c')).toMatchObject({ attempts: 0, attempted: true, state: 'waiting' });
  expect(queue.get('d')).toMatchObject({ attempts: 0, state: 'deadLetter', failure });
  expect(queue.stats().byState).toMatchObject({ waiting: 2, scheduled: 1, deadLetter: 1, leased: 0 });
});

test('a replaced operation keeps its place and its history', () => {
  const { queue, claim, state } = queueOf(inLane('a'), inLane('b'));
  const { token } = claim();
  queue.settle(token, [
    { id: 'a', kind: 'replace', operation: inLane('a2', { priority: 90, rank: 90 }), attempt: ATTEMPT },
  ]);
  expect(queue.get('a')).toBeUndefined();
  expect(queue.get('a2')).toMatchObject({ sequence: 1, state: 'waiting', history: [ATTEMPT], attempts: 0 });
  expect(state('b')).toBe('blocked');
  expect(queue.stats().byPriority).toEqual({ 90: 1, 50: 1 });
  expect(queue.replace('gone', newOperation('x'))).toBe(false);
});

const ATTEMPT = { startedAt: NOW, durationMs: 5, outcome: 'conflict' };

test('a clock that was set back makes nothing wait longer than its own delay', () => {
  const { queue, claim, ids } = queueOf(
    'retried',
    'leased',
    newOperation('planned', { scheduledAt: NOW + 60_000 }),
  );
  const { token } = claim({ limit: 1 });
  queue.settle(token, [{ id: 'retried', kind: 'reschedule', dueAt: NOW + 50, delayMs: 50, counts: true }]);
  claim({ limit: 1 });
  const past = NOW - 5000;
  queue.clampTimes(past);
  expect(queue.get('planned')).toMatchObject({ dueAt: NOW + 60_000 });
  expect(queue.get('leased')).toMatchObject({ dueAt: past + 1000 });
  expect(ids({ now: past })).toEqual(['retried']);
  expect(ids({ now: past + 1000 })).toEqual(['retried', 'leased']);
});

test('a clock that stands right changes nothing', () => {
  const { queue, claim } = queueOf('a');
  claim();
  queue.clampTimes(NOW);
  expect(queue.get('a')).toMatchObject({ state: 'leased', dueAt: NOW + 1000 });
});

test('names what an operation waits for', () => {
  const { queue } = queueOf(
    'x',
    inLane('a'),
    inLane('b', { dependsOn: ['x', 'x', 'a', 'b', 'late'] }),
    'late',
  );
  expect(queue.blockersOf('b')).toEqual(['a', 'x']);
  expect(queue.blockersOf('a')).toEqual([]);
  expect(queue.blockersOf('gone')).toEqual([]);
});

test('what comes in front of one that is being sent waits for it, until it is settled, gone or another lane’s', () => {
  const { queue, claim, ids, state } = queueOf(inLane('dead'), inLane('next'), inLane('last'));
  const failure = { code: 'REJECTED', message: 'no' };
  const first = claim({ limit: 1 });
  queue.settle(first.token, [
    { id: 'dead', kind: 'hold', state: 'deadLetter', failure, counts: true, afterFailure: 'skip' },
  ]);
  const second = claim({ perEntity: 2, limit: 2 });
  queue.requeue(['dead']);
  expect([state('dead'), queue.blockersOf('dead')]).toEqual(['blocked', ['next', 'last']]);
  expect(queue.blockersOf('last')).toEqual(['dead']);
  queue.settle(second.token, [{ id: 'last', kind: 'release', sent: true }]);
  expect([ids(), queue.blockersOf('dead')]).toEqual([[], ['next']]);
  queue.settle(second.token, [{ id: 'next', kind: 'remove' }]);
  expect([state('dead'), queue.blockersOf('dead'), ids()]).toEqual(['waiting', [], ['dead']]);
});

test('what mentions a delivered thing waits where permanent ids are lost', () => {
  const { queue, add, claim, state } = queueOf('create');
  queue.settle(claim().token, [{ id: 'create', kind: 'remove' }]);
  const mention = (id: string) =>
    newOperation(id, { payload: '{"of":"create"}', references: [{ path: '/of', id: 'create' }] });
  add(mention('before'));
  queue.loseAssignments();
  add(mention('after'), 'create-2');
  expect([state('before'), state('after'), state('create-2')]).toEqual(['waiting', 'parked', 'waiting']);
});

test('lists by state, entity, kind and principal, in pages', () => {
  const { queue } = queueOf(
    newOperation('a', { kind: 'k', principal: 'anna' }),
    inLane('b'),
    inLane('c', { principal: 'anna' }),
    'd',
    inLane('f'),
  );
  const ids = (query: Parameters<MemoryQueue['list']>[0]) => queue.list(query).items.map(({ id }) => id);
  expect(ids({ states: ['blocked'] })).toEqual(['f']);
  expect(ids({ entity: 'e' })).toEqual(['b', 'c', 'f']);
  expect(ids({ kind: 'k' })).toEqual(['a']);
  expect(ids({ principals: ['anna'] })).toEqual(['a', 'c']);
  expect(ids({ principals: [undefined] })).toEqual(['b', 'd', 'f']);
  expect(queue.list({ limit: 3 })).toMatchObject({ next: 3 });
  expect(queue.list({ limit: 3, after: 3 })).toMatchObject({ items: [{ id: 'd' }, { id: 'f' }] });
  expect(queue.list({ entity: 'e', limit: 1 })).toMatchObject({ items: [{ id: 'b' }], next: 2 });
  expect(queue.list({ entity: 'e', limit: 1, after: 2 }).items).toMatchObject([{ id: 'c' }]);
});

test('restores operations as they were, but for leases', () => {
  const failure = { code: 'X', message: 'x' };
  const kept: readonly StoredOperation[] = [
    storedOperation('dead', { entity: 'e', state: 'deadLetter', failure, attempts: 5, history: [ATTEMPT] }),
    storedOperation('behind', { entity: 'e', state: 'blocked' }),
    storedOperation('retried', { state: 'scheduled', dueAt: NOW + 50, delayMs: 50, attempted: true }),
    storedOperation('leased', { state: 'leased', dueAt: NOW + 1000, delayMs: 1000, attempted: true }),
    storedOperation('planned', { state: 'blocked', scheduledAt: NOW + 70 }),
  ];
  const { queue, ids, state } = queueOf('leased');
  expect(queue.restore(kept)).toEqual(['dead', 'behind', 'retried', 'planned']);
  expect(queue.get('dead')).toMatchObject({ state: 'deadLetter', failure, attempts: 5, history: [ATTEMPT] });
  expect(['behind', 'retried', 'planned'].map(state)).toEqual(['blocked', 'scheduled', 'scheduled']);
  expect(ids({ now: NOW + 70 })).toEqual(['leased', 'retried', 'planned']);
  const { queue: other, ids: otherIds } = queueOf();
  other.restore(kept.slice(3, 4));
  expect(other.get('leased')).toMatchObject({ state: 'waiting', attempted: true, delayMs: 0 });
  expect(otherIds()).toEqual(['leased']);
});

test('what is to be written down of an operation has no lease in it', () => {
  const { queue, claim } = queueOf('a', 'b');
  const { token } = claim();
  const failure = { code: 'X', message: 'x' };
  queue.settle(token, [{ id: 'b', kind: 'hold', state: 'parked', failure, counts: true }]);
  const free = { attempts: 0, attempted: false, history: [], dueAt: 0, delayMs: 0 };
  expect(queue.index.get('a')!.progress).toEqual(free);
  expect(queue.index.get('b')!.progress).toEqual({
    ...free,
    attempts: 1,
    attempted: true,
    hold: 'parked',
    failure,
  });
  queue.leases.withdraw(queue.index.get('a')!);
  expect(queue.get('a')).toMatchObject({ state: 'waiting', attempted: false });
});

test('remembers the latest ten thousand permanent ids', () => {
  const { queue } = queueOf();
  for (let at = 0; at <= REMEMBERED_ASSIGNMENTS; at++) queue.assign({ from: `t${at}`, to: `${at}` });
  const refer = (id: string) =>
    newOperation(id, { payload: `{"r":"${id}"}`, references: [{ path: '/r', id }] });
  queue.enqueue([[refer('t0'), refer('t1'), refer(`t${REMEMBERED_ASSIGNMENTS}`)]]);
  expect(queue.list().items.map(({ payload }) => payload)).toEqual([
    '{"r":"t0"}',
    '{"r":"1"}',
    `{"r":"${REMEMBERED_ASSIGNMENTS}"}`,
  ]);
});

test('what may have been sent keeps its temporary ids, since every repeat is the same request', () => {
  const reference = { payload: '{"r":"t"}', references: [{ path: '/r', id: 't' }] };
  const { queue, claim } = queueOf(newOperation('sent', reference), newOperation('fresh', reference), 't');
  const { token } = claim({ limit: 1 });
  queue.settle(token, [{ id: 'sent', kind: 'release', sent: true }]);
  const next = claim();
  queue.settle(next.token, [
    { id: 'fresh', kind: 'release', sent: false },
    { id: 't', kind: 'remove', assign: { from: 't', to: '42' } },
  ]);
  expect(queue.get('sent')!.payload).toBe('{"r":"t"}');
  expect(queue.get('fresh')!.payload).toBe('{"r":"42"}');
});

test('many ranks cost no more than few, and the highest goes first', () => {
  const { queue, ids } = queueOf();
  const count = 5000;
  queue.enqueue([Array.from({ length: count }, (_, at) => newOperation(`o${at}`, { rank: -at }))]);
  expect(ids({ limit: 3 })).toEqual(['o0', 'o1', 'o2']);
  queue.enqueue([[newOperation('urgent', { rank: 100 })]]);
  expect(ids({ limit: 2 })).toEqual(['urgent', 'o3']);
});

test('finds the oldest, and forgets what has left, at any depth', () => {
  const { queue, claim } = queueOf();
  const count = 5000;
  queue.enqueue([
    Array.from({ length: count }, (_, at) => newOperation(`o${at}`, { createdAt: at, scheduledAt: at })),
  ]);
  for (let at = 0; at < count - 1; at += 100) {
    const { token, operations } = claim({ limit: 100 });
    queue.settle(
      token,
      operations.filter(({ id }) => id !== 'o4999').map(({ id }) => ({ id, kind: 'remove' })),
    );
    queue.index.compact();
  }
  expect(queue.stats()).toMatchObject({ total: 1, oldestCreatedAt: 4999 });
  expect(queue.list().items.map(({ id }) => id)).toEqual(['o4999']);
});
