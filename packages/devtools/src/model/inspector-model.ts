import { type Clock, type Subscription, type SyncEvent, systemClock, type TimerHandle } from '@cpc/sync-core';
import type { InspectorSource, InspectorStats, OperationSummary } from '../source/inspector-source.js';
import { Metrics, type Sample } from './metrics.js';
import { OperationTable } from './operation-table.js';

/** How often the figures are read and a point is plotted. */
const SAMPLE_MS = 1000;
/** How soon after an event the view follows. */
const FOLLOW_MS = 200;
/** Between two readings of all rows lies this many times what the last one took, so that it costs the page little. */
const REST_SHARE = 4;
/** A look without an event, since hints may be missing. */
const LOOK_MS = 5000;
const MAX_ROWS = 200_000;

/**
 * What the inspector shows, kept up to date while somebody looks: rows, figures and points.
 *
 * Between `start` and `stop` it listens and holds timers; before and after it does neither.
 */
export class InspectorModel {
  readonly #source: InspectorSource;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #table: OperationTable;
  readonly #metrics = new Metrics();
  readonly #problems = new Map<'rows' | 'stats', string>();
  #stats: InspectorStats | undefined;
  #pending: SyncEvent[] = [];
  /** How often something happened that may have changed the rows. */
  #changes = 0;
  #isReading = false;
  /** Not before this moment, in monotonic milliseconds, are the rows read again. */
  #restUntil = -Infinity;
  #run: { readonly controller: AbortController; readonly events: Subscription } | undefined;
  #followTimer: TimerHandle | undefined;
  #sampleTimer: TimerHandle | undefined;
  #readTimer: TimerHandle | undefined;

  /** @param onChange - called when there is something new to show */
  constructor(source: InspectorSource, onChange: () => void, clock: Clock = systemClock) {
    this.#source = source;
    this.#onChange = onChange;
    this.#clock = clock;
    this.#table = new OperationTable(source, MAX_ROWS);
  }

  get rows(): readonly OperationSummary[] {
    return this.#table.rows;
  }

  get samples(): readonly Sample[] {
    return this.#metrics.samples;
  }

  get stats(): InspectorStats | undefined {
    return this.#stats;
  }

  /** Why the source could not be read, in its own words. */
  get problem(): string | undefined {
    return this.#problems.get('rows') ?? this.#problems.get('stats');
  }

  get now(): number {
    return this.#clock.now();
  }

  start(): void {
    if (this.#run !== undefined) return;
    const events = this.#source.events.subscribe((event) => this.#hear(event));
    const run = { controller: new AbortController(), events };
    this.#run = run;
    void this.#sample(run.controller.signal);
    void this.#read(run.controller.signal);
  }

  stop(): void {
    this.#run?.controller.abort();
    this.#run?.events.unsubscribe();
    this.#run = undefined;
    this.#isReading = false;
    for (const timer of [this.#followTimer, this.#sampleTimer, this.#readTimer]) {
      if (timer !== undefined) this.#clock.clearTimer(timer);
    }
    this.#followTimer = this.#sampleTimer = this.#readTimer = undefined;
  }

  /** Looks again at once: something was done here. */
  refresh(): void {
    this.#restUntil = -Infinity;
    this.#changes++;
    this.#readIn(0);
    // Without a timer, the figures are being read right now.
    if (this.#sampleTimer === undefined || this.#run === undefined) return;
    this.#clock.clearTimer(this.#sampleTimer);
    void this.#sample(this.#run.controller.signal);
  }

  #hear(event: SyncEvent): void {
    this.#metrics.record(event, this.#clock.now());
    this.#pending.push(event);
    this.#followTimer ??= this.#clock.setTimer(() => this.#follow(), FOLLOW_MS);
  }

  #follow(): void {
    this.#followTimer = undefined;
    this.#table.apply(this.#pending);
    this.#pending = [];
    this.#changes++;
    this.#onChange();
    this.#readIn(0);
  }

  #readIn(delayMs: number): void {
    const signal = this.#run?.controller.signal;
    if (this.#isReading || signal === undefined) return;
    if (this.#readTimer !== undefined) this.#clock.clearTimer(this.#readTimer);
    const restMs = this.#restUntil - this.#clock.monotonicMs();
    this.#readTimer = this.#clock.setTimer(() => void this.#read(signal), Math.max(delayMs, restMs));
  }

  async #read(signal: AbortSignal): Promise<void> {
    const startedAt = this.#clock.monotonicMs();
    this.#readTimer = undefined;
    this.#isReading = true;
    const seen = this.#changes;
    await this.#guard('rows', () => this.#table.read(signal, () => this.#breathe()));
    if (signal.aborted) return;
    this.#isReading = false;
    const endedAt = this.#clock.monotonicMs();
    this.#restUntil = endedAt + (endedAt - startedAt) * REST_SHARE;
    this.#onChange();
    this.#readIn(this.#changes > seen ? FOLLOW_MS : LOOK_MS);
  }

  /** Lets the page draw between two pages of rows. */
  #breathe(): Promise<void> {
    this.#onChange();
    return new Promise((resolve) => void this.#clock.setTimer(resolve, 0));
  }

  async #sample(signal: AbortSignal): Promise<void> {
    this.#sampleTimer = undefined;
    await this.#guard('stats', async () => {
      const stats = await this.#source.stats();
      this.#stats = stats;
      this.#metrics.sample(stats.total, this.#clock.now());
    });
    if (signal.aborted) return;
    this.#onChange();
    this.#sampleTimer = this.#clock.setTimer(() => void this.#sample(signal), SAMPLE_MS);
  }

  /** What the source cannot tell is shown instead of thrown: the next look may succeed. */
  async #guard(what: 'rows' | 'stats', read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.#problems.delete(what);
    } catch (error) {
      this.#problems.set(what, error instanceof Error ? error.message : String(error));
    }
  }
}
