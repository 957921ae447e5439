import type { OperationState } from '@cpc/sync-core';
import type { OperationSummary } from '../source/inspector-source.js';

export const SORTS = ['position', 'oldest', 'newest', 'priority', 'attempts'] as const;
export type Sort = (typeof SORTS)[number];

/** Which rows to show, and in what order. */
export interface Selection {
  readonly state: OperationState | undefined;
  readonly priority: number | undefined;
  /** Looked for in id, kind, entity, principal and the failure's code, without regard to case. */
  readonly text: string;
  readonly sort: Sort;
}

export const EVERYTHING: Selection = { state: undefined, priority: undefined, text: '', sort: 'position' };

/** @param rows - in order of sequence, which decides between equals */
export function selectRows(
  rows: readonly OperationSummary[],
  { state, priority, text, sort }: Selection,
): readonly OperationSummary[] {
  const wanted = text.trim().toLowerCase();
  const isAll = state === undefined && priority === undefined && wanted === '';
  const found = isAll
    ? rows
    : rows.filter(
        (row) =>
          (state === undefined || row.state === state) &&
          (priority === undefined || row.priority === priority) &&
          (wanted === '' || mentions(row, wanted)),
      );
  const order = ORDERS[sort];
  return order === undefined ? found : [...found].sort(order);
}

function mentions({ id, kind, entity, principal, failure }: OperationSummary, wanted: string): boolean {
  return [id, kind, entity, principal, failure?.code].some((field) => field?.toLowerCase().includes(wanted));
}

type Order = (a: OperationSummary, b: OperationSummary) => number;

const ORDERS: Readonly<Record<Sort, Order | undefined>> = {
  position: undefined,
  oldest: (a, b) => a.createdAt - b.createdAt,
  newest: (a, b) => b.createdAt - a.createdAt,
  priority: (a, b) => b.priority - a.priority,
  attempts: (a, b) => b.attempts - a.attempts,
};
