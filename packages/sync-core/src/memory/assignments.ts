import type { IdAssignment } from '../ports/queue-storage.js';

/** How many assignments of permanent ids are remembered for operations that are enqueued later. */
export const REMEMBERED_ASSIGNMENTS = 10_000;

/** The permanent ids that temporary ones became, the latest {@link REMEMBERED_ASSIGNMENTS} of them. */
export class Assignments {
  readonly #permanent = new Map<string, string>();

  permanentIdOf(temporaryId: string): string | undefined {
    return this.#permanent.get(temporaryId);
  }

  remember({ from, to }: IdAssignment): void {
    const [oldest] = this.#permanent.keys();
    if (this.#permanent.size >= REMEMBERED_ASSIGNMENTS && oldest !== undefined)
      this.#permanent.delete(oldest);
    this.#permanent.set(from, to);
  }
}
