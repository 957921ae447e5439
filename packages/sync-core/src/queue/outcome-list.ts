import { checkInteger } from '../operation/check.js';
import type { OutcomeQuery, OutcomeRecord } from '../ports/outcome-record.js';
import { resultOf } from './outcome-events.js';
import type { QueueContext } from './queue-context.js';
import { readVisible, type Visibility } from './visibility.js';

/** What became of one operation, as it is kept. */
export interface Outcome extends Omit<OutcomeRecord, 'result'> {
  /** The server's answer, where it gave one and it was small enough to be kept. */
  readonly result?: unknown;
}

/** Outcomes in their order. */
export interface OutcomeList {
  /** Those that may be seen; fewer than asked for where others' stand among them. */
  readonly items: readonly Outcome[];
  /** Pass as `after` for what comes behind; an app may keep it. */
  readonly next: number;
  /** How many behind `after` are no longer kept, or cannot be read. */
  readonly missed: number;
}

/** Reads on from a position, for whoever is signed in unless told otherwise. */
export async function listOutcomes(
  context: QueueContext,
  { after = 0, limit = 100, ...visibility }: OutcomeQuery & Visibility = {},
): Promise<OutcomeList> {
  checkInteger('after', after, 0);
  checkInteger('limit', limit, 0);
  return readVisible(context, visibility, async (principals) => {
    const { items, last } = await context.storage.outcomes({ after, limit });
    // A database that was deleted begins anew.
    const next = items.at(-1)?.sequence ?? last;
    const visible = items.filter(({ principal }) => principals?.includes(principal) ?? true);
    const missed = limit === 0 ? 0 : Math.max(0, next - after - items.length);
    return { items: visible.map(toOutcome), next, missed };
  });
}

function toOutcome(record: OutcomeRecord): Outcome {
  return record.result === undefined ? record : { ...record, result: resultOf(record) };
}
