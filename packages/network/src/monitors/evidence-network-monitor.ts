import { Subject, type Observable, type Subscription } from 'rxjs';
import type { MonitorClock } from '../clock/monitor-clock.js';
import { platformClock } from '../clock/platform-clock.js';
import { EvidenceLog } from '../evidence/evidence-log.js';
import type { TestimonyRules } from '../evidence/testimony.js';
import { weigh } from '../evidence/weigh.js';
import { ChangeLimiter } from '../internal/change-limiter.js';
import { requireCount, requireDuration } from '../internal/check-options.js';
import { StatusMonitor } from '../internal/status-monitor.js';
import type {
  NetworkEvidence,
  NetworkMonitor,
  NetworkState,
  NetworkStatus,
} from '../ports/network-monitor.js';
import type { WitnessMonitor } from '../ports/witness-monitor.js';

export interface EvidenceNetworkMonitorOptions {
  /** How long a change holds the next one back. @defaultValue 500, so at most two changes a second */
  readonly holdMs?: number;
  /** How long evidence counts. @defaultValue 60,000 */
  readonly memoryMs?: number;
  /** How many requests in a row must fail before "offline". @defaultValue 2 */
  readonly failures?: number;
  /** From which latency on answers are slow, so that the network is degraded. @defaultValue 5,000 */
  readonly slowMs?: number;
  /** @defaultValue the platform's */
  readonly clock?: MonitorClock;
}

/** A monitor among those that are weighed did what it must not. The others go on. */
export interface MonitorFailure {
  readonly monitor: NetworkMonitor;
  readonly error: unknown;
}

const SOURCE = 'evidence';

/**
 * Weighs several monitors with what real requests met.
 *
 * What requests and probes met, in the last `memoryMs` and since the platform last lost or found a network,
 * beats what the platform says; the rules are those of `weigh`. A monitor that is a {@link WitnessMonitor}, as
 * `HttpProbeMonitor` is, brings evidence; every other is a hint. When a hint loses or finds the network, what
 * was met before is forgotten and the witnesses are asked at once, as they are when a request fails.
 *
 * It starts and stops the monitors that it weighs. One that throws, never speaks, or speaks during `start` is
 * no harm to the others; what it threw is told through {@link failures$}.
 */
export class EvidenceNetworkMonitor extends StatusMonitor {
  /** What the weighed monitors did wrong. Nothing is replayed: subscribe before `start`. */
  readonly failures$: Observable<MonitorFailure>;
  readonly #failures = new Subject<MonitorFailure>();
  readonly #monitors: readonly NetworkMonitor[];
  readonly #clock: MonitorClock;
  readonly #rules: TestimonyRules;
  readonly #limiter: ChangeLimiter;
  readonly #log: EvidenceLog;
  readonly #hints = new Map<NetworkMonitor, NetworkStatus>();
  #concluded: NetworkState = 'unknown';
  #fading: unknown;

  /** @throws RangeError for an option that is out of range */
  constructor(monitors: readonly NetworkMonitor[], options: EvidenceNetworkMonitorOptions = {}) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: SOURCE, reason: 'nothing was observed yet' });
    this.failures$ = this.#failures.asObservable();
    this.#monitors = [...monitors];
    this.#clock = clock;
    this.#rules = {
      failures: requireCount('failures', options.failures ?? 2),
      slowMs: requireDuration('slowMs', options.slowMs ?? 5_000),
    };
    this.#log = new EvidenceLog(requireDuration('memoryMs', options.memoryMs ?? 60_000));
    const holdMs = requireDuration('holdMs', options.holdMs ?? 500);
    this.#limiter = new ChangeLimiter(clock, holdMs, 'unknown', (verdict) => this.conclude(verdict));
  }

  /** Counts while it runs. Witnesses hear of it too: an answer spares them a question, a failure calls for one. */
  report(evidence: NetworkEvidence): void {
    if (!this.running) return;
    this.#hear(evidence);
    for (const monitor of this.#monitors)
      if (isWitness(monitor)) void this.#guard(monitor, () => monitor.report(evidence));
  }

  override async stop(): Promise<void> {
    if (!this.running) return;
    // All of them before the first wait, so that a start right behind this stop finds them stopped.
    const stopped = this.#monitors.map((monitor) => this.#guard(monitor, () => monitor.stop()));
    await Promise.all([super.stop(), ...stopped]);
  }

  protected observe(run: Subscription): void {
    this.#log.clear();
    this.#hints.clear();
    this.#concluded = 'unknown';
    run.add(() => this.#limiter.stop());
    run.add(() => this.#stopFading());
    for (const monitor of this.#monitors) {
      void this.#guard(monitor, () => this.#listen(run, monitor));
      void this.#guard(monitor, () => monitor.start());
    }
    this.#judge();
  }

  #listen(run: Subscription, monitor: NetworkMonitor): void {
    const error = (error: unknown) => this.#failed(monitor, error);
    if (isWitness(monitor))
      run.add(monitor.evidence$.subscribe({ next: (evidence) => this.#hear(evidence), error }));
    else run.add(monitor.status$.subscribe({ next: (status) => this.#hint(monitor, status), error }));
  }

  #hear(evidence: NetworkEvidence): void {
    this.#log.add(evidence, this.#clock.monotonicMs());
    this.#judge();
  }

  #hint(monitor: NetworkMonitor, status: NetworkStatus): void {
    const before = this.#hints.get(monitor);
    this.#hints.set(monitor, status);
    if (before && (before.state === 'offline') !== (status.state === 'offline')) this.#networkChanged();
    this.#judge();
  }

  /** Another network, or none: what was met on the one before says nothing any more. */
  #networkChanged(): void {
    this.#log.clear();
    for (const monitor of this.#monitors)
      if (isWitness(monitor)) void this.#guard(monitor, () => monitor.check());
  }

  #judge(): void {
    if (!this.running) return;
    const nowMs = this.#clock.monotonicMs();
    const evidence = this.#log.fresh(nowMs);
    const hints = [...this.#hints.values()];
    const verdict = weigh({ evidence, hints, before: this.#concluded }, this.#rules);
    this.#concluded = verdict.state;
    this.#limiter.propose(verdict);
    this.#judgeAgainWhenItFades(nowMs);
  }

  #judgeAgainWhenItFades(nowMs: number): void {
    this.#stopFading();
    const fadesMs = this.#log.nextFadeMs();
    if (fadesMs !== undefined) this.#fading = this.#clock.setTimer(() => this.#judge(), fadesMs - nowMs);
  }

  #stopFading(): void {
    if (this.#fading !== undefined) this.#clock.clearTimer(this.#fading);
    this.#fading = undefined;
  }

  /** Runs what belongs to somebody else: whatever it throws or rejects with is told and harms nobody. */
  async #guard(monitor: NetworkMonitor, act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#failed(monitor, error);
    }
  }

  /** A monitor that fails is no longer believed; what it says afterwards counts again. */
  #failed(monitor: NetworkMonitor, error: unknown): void {
    this.#hints.delete(monitor);
    this.#failures.next({ monitor, error });
    this.#judge();
  }
}

function isWitness(monitor: NetworkMonitor): monitor is WitnessMonitor {
  return 'evidence$' in monitor;
}
