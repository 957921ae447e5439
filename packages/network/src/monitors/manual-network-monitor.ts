import { BehaviorSubject, type Observable } from 'rxjs';
import type {
  NetworkEvidence,
  NetworkMonitor,
  NetworkObserver,
  NetworkState,
  NetworkStatus,
} from '../ports/network-monitor.js';

export interface ManualNetworkMonitorOptions {
  /** @defaultValue 'online' */
  readonly initial?: NetworkState;
  /** The time of changes, in milliseconds since the epoch. @defaultValue always 0 */
  readonly now?: () => number;
}

/** Says what it was told, for tests, simulations and a switch in a settings page. */
export class ManualNetworkMonitor implements NetworkMonitor {
  readonly status$: Observable<NetworkStatus>;
  /** All evidence that was reported, for tests. */
  readonly evidence: NetworkEvidence[] = [];
  readonly #now: () => number;
  readonly #status: BehaviorSubject<NetworkStatus>;

  constructor(options: ManualNetworkMonitorOptions = {}) {
    this.#now = options.now ?? (() => 0);
    this.#status = new BehaviorSubject(this.#describe(options.initial ?? 'online', 'initial'));
    this.status$ = this.#status.asObservable();
  }

  get status(): NetworkStatus {
    return this.#status.value;
  }

  /** Changes the state; repeating the present one tells nobody. */
  set(state: NetworkState, reason = 'set by hand'): void {
    if (state !== this.status.state) this.#status.next(this.#describe(state, reason));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  report(evidence: NetworkEvidence): void {
    this.evidence.push(evidence);
  }

  register(observer: NetworkObserver): () => void {
    const subscription = this.status$.subscribe(observer);
    return () => subscription.unsubscribe();
  }

  #describe(state: NetworkState, reason: string): NetworkStatus {
    return { state, since: this.#now(), source: 'manual', reason };
  }
}
