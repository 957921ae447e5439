import type { NetworkEvidence } from '../ports/network-monitor.js';

/** Evidence, and when it was heard, in monotonic milliseconds. */
export interface HeardEvidence extends NetworkEvidence {
  readonly atMs: number;
}

/** What is kept of one source. More would not change a verdict, and a busy queue reports often. */
const MAX_PER_SOURCE = 20;
/** Sources are named by code, so there are few; a name made up for each request must not fill the memory. */
const MAX_SOURCES = 16;

/** Recent evidence, by source. It is bounded, and it fades: what is older than `memoryMs` is gone. */
export class EvidenceLog {
  readonly #memoryMs: number;
  readonly #bySource = new Map<string, readonly HeardEvidence[]>();

  constructor(memoryMs: number) {
    this.#memoryMs = memoryMs;
  }

  add(evidence: NetworkEvidence, nowMs: number): void {
    const { source } = evidence;
    const earlier = this.#bySource.get(source) ?? [];
    // Set anew, the source moves to the end of the map: its start is the one that was silent for longest.
    this.#bySource.delete(source);
    this.#bySource.set(source, [...earlier, { ...evidence, atMs: nowMs }].slice(-MAX_PER_SOURCE));
    const [silent] = this.#bySource.keys();
    if (this.#bySource.size > MAX_SOURCES && silent !== undefined) this.#bySource.delete(silent);
  }

  clear(): void {
    this.#bySource.clear();
  }

  /** What has not faded, a list for each source, oldest first. */
  fresh(nowMs: number): readonly (readonly HeardEvidence[])[] {
    for (const [source, heard] of this.#bySource) {
      const fresh = heard.filter(({ atMs }) => atMs + this.#memoryMs > nowMs);
      if (fresh.length === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, fresh);
    }
    return [...this.#bySource.values()];
  }

  /** When the next piece fades, in monotonic milliseconds. */
  nextFadeMs(): number | undefined {
    const oldest = [...this.#bySource.values()].map(([first]) => first?.atMs ?? Infinity);
    return oldest.length === 0 ? undefined : Math.min(...oldest) + this.#memoryMs;
  }
}
