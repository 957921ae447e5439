import type { NewOutcome, OutcomePage, OutcomeQuery, OutcomeRecord } from '../ports/outcome-record.js';
import type { Principals } from '../ports/sign-in.js';
import { KEPT_OUTCOMES } from '../rules/bounds.js';
import { purgedOutcome } from '../rules/outcomes.js';

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

  /** Keeps no more of what was told of these principals' operations than that they ended. */
  purge(principals: Principals): void {
    this.#records = this.#records.map((record) => {
      const { id, sequence, principal } = record;
      return principals.includes(principal) ? { ...purgedOutcome(record), id, sequence } : record;
    });
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
