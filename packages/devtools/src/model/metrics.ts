import type { SyncEvent } from '@cpc/sync-core';

/** One point of the plots. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Operations in the queue. */
  readonly depth: number;
  /** From a send to its acknowledgement, over the interval; absent where nothing was acknowledged in it. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  /** The longest wait that an operation was told to keep in the interval; 0 where none was. */
  readonly backoffMs: number;
}

/** Points that are kept: five minutes at one a second. */
const KEPT = 300;
/** Latencies that are kept of one interval; more of them would not move a percentile that anybody can see. */
const MAX_LATENCIES = 5000;

/** Turns events into points at regular intervals. */
export class Metrics {
  #samples: readonly Sample[] = [];
  #latencies: number[] = [];
  #backoffMs = 0;

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  record(event: SyncEvent, now: number): void {
    if (event.type === 'attempted' && event.attempt.outcome === 'acknowledged') {
      if (this.#latencies.length < MAX_LATENCIES) this.#latencies.push(event.attempt.durationMs);
    }
    if (event.type === 'retryScheduled') this.#backoffMs = Math.max(this.#backoffMs, event.dueAt - now);
  }

  /** Ends an interval. */
  sample(depth: number, now: number): void {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const latency =
      sorted.length === 0 ? {} : { p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95) };
    const sample: Sample = { at: now, depth, ...latency, backoffMs: this.#backoffMs };
    this.#samples = [...this.#samples.slice(1 - KEPT), sample];
    this.#latencies = [];
    this.#backoffMs = 0;
  }
}

/** The nearest rank: a value that was really seen. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
