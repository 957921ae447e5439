import type { QueuedOperation } from '@cpc/sync-core';
import { expect, test } from '@jest/globals';
import { OperationBoard } from './operation-board.js';
import type { ViewOutcome, ViewQueue } from './view-queue.js';

/** A queue whose contents a test changes between any two of a board's reads. */
class QueueModel implements ViewQueue {
  readonly changes$ = { subscribe: () => ({ unsubscribe: () => undefined }) };
  readonly events$ = { subscribe: () => ({ unsubscribe: () => undefined }) };
  /** Called once, after the next list was read. */
  afterList: (() => void) | undefined;
  /** Thrown by the next reading of outcomes. */
  failure: Error | undefined;
  #queued: QueuedOperation[] = [];
  #outcomes: ViewOutcome[] = [];
  #sequence = 0;

  enqueue(...ids: readonly string[]): void {
    for (const id of ids)
      this.#queued.push({
        id,
        kind: 'k',
        state: 'waiting',
        dependsOn: [],
        sequence: ++this.#sequence,
      } as never);
  }

  end(id: string, outcome = 'acknowledged', position?: string): void {
    this.#queued = this.#queued.filter((operation) => operation.id !== id);
    this.#outcomes.push({ id, outcome, position });
  }

  /** As in a browser whose site data were deleted. */
  beginAnew(): void {
    this.#queued = [];
    this.#outcomes = [];
  }

  list({
    after,
    limit,
  }: {
    after: number;
    limit: number;
  }): Promise<{ items: QueuedOperation[]; next?: number }> {
    const items = this.#queued.filter(({ sequence }) => sequence > after).slice(0, limit);
    const next = items.length === limit ? items.at(-1)?.sequence : undefined;
    const page = { items, ...(next !== undefined && { next }) };
    if (next === undefined) {
      this.afterList?.();
      this.afterList = undefined;
    }
    return Promise.resolve(page);
  }

  outcomes({
    after = 0,
    limit,
  }: {
    after?: number;
    limit: number;
  }): Promise<{ items: ViewOutcome[]; next: number }> {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    const items = this.#outcomes.slice(after, after + limit);
    return Promise.resolve({
      items,
      next: items.length === 0 ? this.#outcomes.length : after + items.length,
    });
  }
}

const seen = (board: OperationBoard): readonly string[] =>
  board.operations.map(({ operation, standing }) => `${operation.id} ${standing}`);

test('what was acknowledged stays until the copy holds it', async () => {
  const queue = new QueueModel();
  const board = new OperationBoard(queue);
  queue.enqueue('a', 'b');
  await board.read();
  queue.end('a', 'acknowledged', '1@c');
  expect(await board.read()).toMatchObject([{ operation: { id: 'a' }, position: '1@c' }]);
  expect(seen(board)).toEqual(['a landed', 'b waiting']);
  await board.read();
  expect(seen(board)).toEqual(['a landed', 'b waiting']);
  board.forget('a');
  expect(seen(board)).toEqual(['b waiting']);
});

test('what is acknowledged between the two reads is there once, before and after', async () => {
  const queue = new QueueModel();
  const board = new OperationBoard(queue);
  await board.read();
  queue.enqueue('a');
  queue.afterList = () => queue.end('a', 'acknowledged', '1@c');
  expect(await board.read()).toHaveLength(1);
  expect(seen(board)).toEqual(['a landed']);
  expect(await board.read()).toEqual([]);
  expect(seen(board)).toEqual(['a landed']);
});

test('a reading that fails loses nothing of the one before', async () => {
  const queue = new QueueModel();
  const board = new OperationBoard(queue);
  queue.enqueue('a');
  await board.read();
  queue.end('a');
  queue.failure = new Error('The storage is busy.');
  await expect(board.read()).rejects.toThrow('busy');
  expect(seen(board)).toEqual(['a waiting']);
  await board.read();
  expect(seen(board)).toEqual(['a landed']);
});

test('what was discarded is gone, and what joined another is there as that', async () => {
  const queue = new QueueModel();
  const board = new OperationBoard(queue);
  queue.enqueue('a', 'b', 'c');
  await board.read();
  queue.end('a', 'discarded');
  queue.end('b', 'coalesced');
  await board.read();
  expect(seen(board)).toEqual(['c waiting']);
});

test('reads on over any number of outcomes, and begins anew with a queue that does', async () => {
  const queue = new QueueModel();
  const board = new OperationBoard(queue);
  for (let at = 0; at < 600; at++) queue.enqueue(`o${at}`);
  await board.read();
  for (let at = 0; at < 600; at++) queue.end(`o${at}`);
  expect(await board.read()).toHaveLength(600);
  queue.beginAnew();
  await board.read();
  queue.enqueue('new');
  await board.read();
  queue.end('new');
  expect(await board.read()).toMatchObject([{ operation: { id: 'new' } }]);
});
