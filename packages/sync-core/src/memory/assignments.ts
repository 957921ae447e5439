import type { IdAssignment } from '../ports/queue-storage.js';
import { REMEMBERED_ASSIGNMENTS } from '../rules/bounds.js';

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
