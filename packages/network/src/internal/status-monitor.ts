import { Subscription, type Observable } from 'rxjs';
import type {
  NetworkEvidence,
  NetworkMonitor,
  NetworkObserver,
  NetworkStatus,
} from '../ports/network-monitor.js';
import { StatusSource, type Verdict } from './status-source.js';

/**
 * What all monitors share: the status, its observers, and a life of `start` and `stop`.
 *
 * Each start is a run of its own. A subclass hangs all that it opens on the run it is given, and `stop` closes
 * it; what comes late, from an answer or a timer, finds its run closed. After `stop` the last status stands.
 */
export abstract class StatusMonitor implements NetworkMonitor {
  readonly status$: Observable<NetworkStatus>;
  readonly #source: StatusSource;
  #run: Subscription | undefined;

  constructor(now: () => number, initial: Verdict) {
    this.#source = new StatusSource(now, initial);
    this.status$ = this.#source.status$;
  }

  get status(): NetworkStatus {
    return this.#source.status;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what `observe` throws must be a rejection
  async start(): Promise<void> {
    if (this.#run) return;
    const run = new Subscription();
    this.#run = run;
    try {
      this.observe(run);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  abstract report(evidence: NetworkEvidence): void;

  register(observer: NetworkObserver): () => void {
    return this.#source.register(observer);
  }

  protected get running(): boolean {
    return this.#run !== undefined;
  }

  /** Begins to observe. All that must end with the run is added to it. */
  protected abstract observe(run: Subscription): void;

  protected conclude(verdict: Verdict): void {
    this.#source.change(verdict);
  }

  #close(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.unsubscribe();
  }
}
