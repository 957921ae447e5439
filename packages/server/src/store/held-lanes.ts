import type { KeyedWork, WorkResult } from '../ports/effect-store.js';

type Laned = Pick<KeyedWork<never>, 'lane'>;

/** The lanes of one run in which a work was not applied, so that those behind it are skipped. */
export class HeldLanes {
  #lanes: Set<string>;

  constructor(lanes: Iterable<string> = []) {
    this.#lanes = new Set(lanes);
  }

  copy(): HeldLanes {
    return new HeldLanes(this.#lanes);
  }

  /** Forgets what was noted since that copy was made. */
  resetTo(copy: HeldLanes): void {
    this.#lanes = new Set(copy.#lanes);
  }

  holds({ lane }: Laned): boolean {
    return lane !== undefined && this.#lanes.has(lane);
  }

  note({ lane }: Laned, { kind }: WorkResult): void {
    if (lane !== undefined && kind !== 'applied' && kind !== 'repeated') this.#lanes.add(lane);
  }
}
