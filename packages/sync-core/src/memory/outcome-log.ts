import type { NewOutcome, OutcomePage, OutcomeQuery, OutcomeRecord } from '../ports/outcome-record.js';
import { KEPT_OUTCOMES } from '../rules/bounds.js';

/** Beyond the outcomes that are kept at least, how many may gather before they are dropped together. */
const SLACK = 1000;

/** The latest outcomes, in memory. */
export class OutcomeLog {
  #records: OutcomeRecord[] = [];
  #last = 0;

  add(id: string, outcome: NewOutcome): void {
    this.#records.push({ ...outcome, id, sequence: ++this.#last });
    if (this.#records.length >= KEPT_OUTCOMES + SLACK) this.#records = this.#records.slice(-KEPT_OUTCOMES);
  }

  page({ after = 0, limit = 100 }: OutcomeQuery = {}): OutcomePage {
    const first = this.#records[0]?.sequence ?? 1;
    const from = Math.max(0, after - first + 1);
    return { items: this.#records.slice(from, from + limit), last: this.#last };
  }

  latestOf(id: string): OutcomeRecord | undefined {
    return this.#records.findLast((record) => record.id === id);
  }
}
