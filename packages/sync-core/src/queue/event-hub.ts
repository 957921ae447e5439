import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';
import type { SyncErrorCode } from '../errors/sync-error.js';
import type { SyncFailure } from '../errors/sync-failure.js';
import { toFailure } from '../errors/to-failure.js';
import { frozenCopy } from '../operation/own.js';
import type { Logger } from '../ports/logger.js';
import type { SyncEvent } from './sync-event.js';

type Listener<T> = (value: T) => void;

/** What an app hands in to be called: it may throw, and it may be asynchronous and reject. */
type Callback<T> = (value: T) => unknown;

/**
 * Tells listeners what happened. What an app hands in to be called disturbs nobody, whether it throws or rejects, and is
 * reported the first time that it does.
 */
export class EventHub {
  readonly events$: Observable<SyncEvent>;
  readonly #listeners = new Set<Listener<SyncEvent>>();
  readonly #log: Listener<SyncFailure>;
  /** Called when the first listener comes, and when the last one left. */
  onHeard: (isHeard: boolean) => void = () => undefined;

  constructor(logger: Logger | undefined) {
    this.#log = this.guarded(({ code, message }) => logger?.error(message, { code }));
    this.events$ = this.stream((next) => this.on(next));
  }

  /** Whether anybody listens; events that nobody hears need not be made. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  on(listener: Callback<SyncEvent>): () => void {
    // One of its own for each call, so that the same function may listen twice.
    const own = this.guarded(listener);
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.onHeard(true);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.onHeard(false);
    };
  }

  /** To those who listen now: one that listens anew while it is called hears of the next event, and not of this one. */
  emit(event: SyncEvent): void {
    if (!this.isHeard) return;
    // Each listener gets what no other can change, and what leads to nobody's own objects.
    const told = frozenCopy(event);
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(told);
  }

  /** Tells of a failure that belongs to no single operation. */
  fail(error: unknown, code: SyncErrorCode): void {
    const failure = toFailure(error, code);
    this.#log(failure);
    this.emit({ type: 'failed', failure });
  }

  /**
   * The one way to call what belongs to the app and answers nothing: what it throws, or rejects with, stays here.
   *
   * @param code - under which it is told, the first time
   */
  guarded<T>(callback: Callback<T>, code: SyncErrorCode = 'LISTENER_FAILED'): Listener<T> {
    let isReported = false;
    const report = (error: unknown): void => {
      if (isReported) return;
      isReported = true;
      this.fail(error, code);
    };
    return (value) => {
      try {
        const called = callback(value);
        // By its form, not by its class: a promise may come from another realm.
        if (typeof called === 'object' && called !== null && 'then' in called)
          Promise.resolve(called).catch(report);
      } catch (error) {
        report(error);
      }
    };
  }

  /** An Observable whose subscribers are guarded; RxJS would let their errors end the process. */
  stream<T>(produce: Produce<T>): Observable<T> {
    return new GuardedObservable<T>(this, produce);
  }
}

type Produce<T> = (next: Listener<T>, complete: () => void) => () => void;

class GuardedObservable<T> extends Observable<T> {
  readonly #hub: EventHub;

  constructor(hub: EventHub, produce?: Produce<T>) {
    super(
      produce &&
        ((subscriber) =>
          produce(
            (value) => subscriber.next(value),
            () => subscriber.complete(),
          )),
    );
    this.#hub = hub;
  }

  /** What operators make of it is guarded as well: RxJS asks the source for each of them. */
  /* eslint-disable @typescript-eslint/no-deprecated -- RxJS 7 offers no other way, and 8 is not out. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#hub);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }
  /* eslint-enable @typescript-eslint/no-deprecated */

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer = typeof observerOrNext === 'function' ? { next: observerOrNext } : (observerOrNext ?? {});
    // Called on the observer itself, whose methods may be those of a class.
    const complete = this.#hub.guarded(() => observer.complete?.());
    return super.subscribe({
      next: this.#hub.guarded((value: T) => observer.next?.(value)),
      complete: () => complete(undefined),
      error: this.#hub.guarded((error: unknown) => {
        if (observer.error === undefined) throw error;
        observer.error(error);
      }),
    });
  }
}
