import { describe, expect, test } from '@jest/globals';
import { openQueue, REJECTED, settled, typesOf } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import { processQueue } from '../worker/process-queue.js';
import type { SyncQueue } from './sync-queue.js';

const entity = (): string => 'note/1';
const set = defineOperation<number>('set', { entity });
const replace = defineOperation<number>('replace', { entity, coalesce: 'replace' });
const log = defineOperation<number>('log', { entity, afterFailure: 'skip' });
const create = defineOperation<number>('create', { entity });
const line = defineOperation<string>('line');
const all = [set, replace, log, create, line];
const failure = { code: 'NO', message: 'will not' };

/** The payloads of what lies over the server's value, each time that changes. */
function shown(queue: SyncQueue): unknown[] {
  const views: unknown[] = [];
  queue.pending$('note/1').subscribe((pending) => views.push(pending.map(({ payload }) => payload)));
  return views;
}

test('afterFailure is checked where it is defined', () => {
  expect(() => defineOperation('x', { afterFailure: 'never' as 'hold' })).toThrow(/hold, skip, supersede/);
});

describe('a better value behind a refused one', () => {
  test('of a kind that replaces is delivered, and the refused one leaves', async () => {
    const { queue, transport, events } = await openQueue(all);
    await queue.enqueue(replace, 1, { id: 'one' });
    transport.answer(REJECTED);
    await processQueue(queue, transport);
    expect((await queue.get('one'))?.state).toBe('deadLetter');
    const receipt = await queue.enqueue(replace, 2, { id: 'two' });
    expect(receipt).toEqual({ id: 'two', outcome: 'enqueued', superseded: ['one'] });
    await processQueue(queue, transport);
    await settled();
    expect(transport.payloads).toEqual([1, 2]);
    expect((await queue.list()).items).toEqual([]);
    expect(events.filter(({ type }) => type === 'superseded' || type === 'held')).toEqual([
      { type: 'superseded', id: 'one', kind: 'replace', entity: 'note/1', by: 'two' },
    ]);
  });

  test('of a kind that replaces is delivered, also where it waited already when the other was refused', async () => {
    const { queue, transport, events } = await openQueue(all);
    await queue.enqueue(replace, 1, { id: 'one' });
    const send = transport.send.bind(transport);
    transport.send = async (operations) => {
      if (transport.sent.length === 0) await queue.enqueue(replace, 2, { id: 'two' });
      return send(operations);
    };
    transport.answer(REJECTED);
    const summary = await processQueue(queue, transport);
    expect(transport.payloads).toEqual([1, 2]);
    expect(summary.failed).toMatchObject([{ id: 'one', reason: failure }]);
    expect(typesOf(events)).not.toContain('deadLettered');
    expect(events.find(({ type }) => type === 'superseded')).toMatchObject({ id: 'one', by: 'two' });
    expect((await queue.outcomes()).items).toMatchObject([
      { id: 'one', outcome: 'superseded', into: 'two', failure },
      { id: 'two', outcome: 'acknowledged' },
    ]);
  });

  test('of a kind that holds is told as held, by whom and why, and its view comes back to the server’s', async () => {
    const { queue, transport, events } = await openQueue(all);
    const views = shown(queue);
    await queue.enqueue(set, 1, { id: 'one' });
    transport.answer(REJECTED);
    await processQueue(queue, transport);
    const receipt = await queue.enqueue(set, 2, { id: 'two' });
    expect(receipt).toEqual({ id: 'two', outcome: 'enqueued', heldBy: 'one' });
    await settled();
    const held = { type: 'held', id: 'two', kind: 'set', entity: 'note/1', by: 'one', failure };
    expect(events.slice(-2)).toEqual([{ type: 'enqueued', id: 'two', kind: 'set', entity: 'note/1' }, held]);
    expect(await queue.explain('two')).toEqual({
      state: 'blocked',
      waitsFor: 'decision',
      message: "Is held by 'one', which failed: will not Retry that one, edit it or discard it.",
      operations: ['one'],
    });
    expect(views.at(-1)).toEqual([]);
    await queue.discard('one');
    await settled();
    expect(views.at(-1)).toEqual([2]);
  });

  test('of a kind that skips is delivered, and the refused one stays for somebody to look at', async () => {
    const { queue, transport, events } = await openQueue(all);
    const views = shown(queue);
    await queue.enqueue(log, 1, { id: 'one' });
    await queue.enqueue(log, 2, { id: 'two' });
    transport.answer(REJECTED);
    await processQueue(queue, transport);
    await settled();
    expect(transport.payloads).toEqual([1, 2]);
    expect(await queue.get('one')).toMatchObject({ state: 'deadLetter', aside: true });
    expect(typesOf(events)).not.toContain('held');
    expect(views.at(-1)).toEqual([]);
    await queue.retry('one');
    await processQueue(queue, transport);
    expect(transport.payloads).toEqual([1, 2, 1]);
  });
});

test('those behind a head that fails are told as held, and go when it is retried', async () => {
  const { queue, transport, events } = await openQueue(all);
  for (const id of ['a', 'b', 'c']) await queue.enqueue(set, 1, { id });
  await queue.enqueue(line, 'x', { id: 'd', dependsOn: ['a'] });
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  const told = events.flatMap((event) => (event.type === 'held' ? [`${event.id} by ${event.by}`] : []));
  expect(told).toEqual(['b by a', 'c by a', 'd by a']);
  await queue.retry('a');
  await processQueue(queue, transport);
  expect((await queue.list()).items).toEqual([]);
});

test('explain follows a chain to what holds it', async () => {
  const { queue, transport } = await openQueue(all);
  await queue.enqueue(set, 1, { id: 'a' });
  await queue.enqueue(line, 'x', { id: 'b', dependsOn: ['a'] });
  await queue.enqueue(line, 'y', { id: 'c', dependsOn: ['b'] });
  expect(await queue.explain('c')).toMatchObject({ waitsFor: 'operation', operations: ['b'] });
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  expect(await queue.explain('c')).toMatchObject({ waitsFor: 'decision', operations: ['a'] });
});

test('an edit behind a create that was refused is laid over nothing, nor what depends on it elsewhere', async () => {
  const { queue, transport } = await openQueue(all);
  const views = shown(queue);
  await queue.enqueue(create, 1, { id: 'create' });
  await queue.enqueue(set, 2, { id: 'edit' });
  await queue.enqueue(line, 'x', { id: 'line', entity: 'line/1', dependsOn: ['create'] });
  await settled();
  expect(views.at(-1)).toEqual([1, 2]);
  expect(await queue.pending('line/1')).toMatchObject([{ id: 'line' }]);
  transport.answer(REJECTED);
  await processQueue(queue, transport);
  await settled();
  expect(views.at(-1)).toEqual([]);
  expect(await queue.pending('line/1')).toEqual([]);
});
