import { BehaviorSubject, type Observable } from 'rxjs';
import { guardedObserver } from './guarded-observer.js';
import type { NetworkObserver, NetworkState, NetworkStatus } from '../ports/network-monitor.js';

/** What a monitor concludes: a status without its time. */
export interface Verdict {
  readonly state: NetworkState;
  readonly source: string;
  readonly reason: string;
}

/** Holds the status of a monitor: the value now, the stream, and when the present state began. */
export class StatusSource {
  readonly status$: Observable<NetworkStatus>;
  readonly #now: () => number;
  readonly #subject: BehaviorSubject<NetworkStatus>;
  readonly #waiting: NetworkStatus[] = [];
  #latest: NetworkStatus;
  #emitting = false;

  constructor(now: () => number, initial: Verdict) {
    this.#now = now;
    this.#latest = this.#date(initial);
    this.#subject = new BehaviorSubject(this.#latest);
    this.status$ = this.#subject.asObservable();
  }

  get status(): NetworkStatus {
    return this.#latest;
  }

  /** Takes a verdict over. One that repeats the present state tells nobody, whatever its reason. */
  change(verdict: Verdict): void {
    if (verdict.state === this.#latest.state) return;
    this.#latest = this.#date(verdict);
    this.#waiting.push(this.#latest);
    this.#drain();
  }

  register(observer: NetworkObserver): () => void {
    const subscription = this.status$.subscribe(guardedObserver(observer));
    return () => subscription.unsubscribe();
  }

  /** An observer may cause the next change; it goes out after the present one, so that all see one order. */
  #drain(): void {
    if (this.#emitting) return;
    this.#emitting = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#subject.next(next);
    this.#emitting = false;
  }

  #date(verdict: Verdict): NetworkStatus {
    return { state: verdict.state, since: this.#now(), source: verdict.source, reason: verdict.reason };
  }
}
