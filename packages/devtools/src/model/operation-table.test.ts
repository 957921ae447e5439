import { expect, test } from '@jest/globals';
import type { Page, SyncEvent } from '@cpc/sync-core';
import type { OperationSummary } from '../source/inspector-source.js';
import { OperationTable } from './operation-table.js';

const row = (sequence: number): OperationSummary => ({
  id: `id-${sequence}`,
  kind: 'stall.sell',
  entity: undefined,
  principal: undefined,
  sequence,
  state: 'waiting',
  priority: 50,
  attempts: 0,
  createdAt: 0,
  dueAt: 0,
  failure: undefined,
});
const ROWS = Array.from({ length: 2500 }, (_, at) => row(at + 1));

/** Gives the rows behind `after`, as a storage does. */
const source = {
  list: ({ after = 0, limit }: { after?: number; limit: number }): Promise<Page<OperationSummary>> => {
    const items = ROWS.filter(({ sequence }) => sequence > after).slice(0, limit);
    const last = items.at(-1)?.sequence ?? Infinity;
    return Promise.resolve({ items, ...(last < ROWS.length && { next: last }) });
  },
};

const left = (sequence: number): SyncEvent => ({
  type: 'acknowledged',
  id: `id-${sequence}`,
  kind: 'stall.sell',
  result: undefined,
});
const { signal } = new AbortController();
const noPause = (): Promise<void> => Promise.resolve();
const has = (table: OperationTable, sequence: number): boolean =>
  table.rows.some((known) => known.sequence === sequence);

test('reads a queue through, page by page, and shows the first rows while it reads', async () => {
  const table = new OperationTable(source, 10_000);
  const seen: number[] = [];
  await table.read(signal, () => {
    seen.push(table.rows.length);
    return Promise.resolve();
  });
  expect(seen).toEqual([1000, 2000, 2500]);
});

test('takes out at once what has left', async () => {
  const table = new OperationTable(source, 10_000);
  await table.read(signal, noPause);
  table.apply([left(3)]);
  expect(has(table, 3)).toBe(false);
  expect(table.rows).toHaveLength(2499);
});

test('does not bring back what left while it was reading', async () => {
  const table = new OperationTable(source, 10_000);
  await table.read(signal, noPause);
  await table.read(signal, () => {
    table.apply([left(3), left(2400)]);
    return Promise.resolve();
  });
  expect([has(table, 3), has(table, 2400)]).toEqual([false, false]);
});

test('holds no more rows than it may', async () => {
  const table = new OperationTable(source, 1500);
  await table.read(signal, noPause);
  expect(table.rows).toHaveLength(1500);
});
