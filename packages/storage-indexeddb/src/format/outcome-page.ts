import type { NewOutcome, OutcomeRecord } from '@cpc/sync-core';
import { KEPT_OUTCOMES } from '@cpc/sync-core/storage-kit';
import { makePage, readPage } from './page-log.js';
import type { LogPage } from './store-layout.js';

const KEY = 'outcome';

/** How many outcomes one page takes. A page is written once, so that a commit writes none but its own. */
export const OUTCOMES_PER_PAGE = 100;

/** Pages that nobody needs any more are dropped whenever so many more outcomes were kept. */
export const PRUNE_EVERY = 1000;

/** An outcome with the id that it is of. */
export type Told = readonly [id: string, outcome: NewOutcome];

/** A page lies under the sequence of its last outcome. */
export function outcomeKey(last: number): IDBValidKey {
  return [KEY, last];
}

/** The pages that hold outcomes behind a sequence. */
export function outcomesAfter(sequence: number): IDBKeyRange {
  return IDBKeyRange.bound([KEY, sequence], [KEY, Infinity], true, false);
}

/** The pages that hold no outcome of those that are kept at least. */
export function forgottenOutcomes(last: number): IDBKeyRange {
  return IDBKeyRange.bound([KEY, 0], [KEY, Math.max(0, last - KEPT_OUTCOMES)]);
}

export function makeOutcomePage(told: readonly Told[]): LogPage {
  return makePage(told);
}

/** The outcomes on a page; none where it is damaged: what they tell has happened all the same. */
export function readOutcomePage(key: IDBValidKey, page: unknown): readonly OutcomeRecord[] {
  const told = toldOn(page);
  const first = lastOf(key) - told.length + 1;
  return told.map(([id, outcome], at) => ({ ...outcome, id, sequence: first + at }));
}

/** What a page tells, in order. */
export function toldOn(page: unknown): readonly Told[] {
  return readPage(page) as readonly Told[];
}

/** Whether a page may hold an outcome of this id. */
export function mayTellOf(page: unknown, id: string): boolean {
  const { text } = (page ?? {}) as Partial<LogPage>;
  return typeof text === 'string' && text.includes(JSON.stringify(id));
}

export function lastOf(key: IDBValidKey | undefined): number {
  return key === undefined ? 0 : (key as [string, number])[1];
}
