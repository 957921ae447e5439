import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs';
import { toFailure } from '../errors/to-failure.js';
import type { Logger } from '../ports/logger.js';
import type { SyncEvent } from './sync-event.js';

type Listener<T> = (value: T) => void;

/** Tells listeners what happened. One that throws disturbs nobody, and is reported the first time. */
export class EventHub {
  readonly events$: Observable<SyncEvent>;
  readonly #listeners = new Set<Listener<SyncEvent>>();
  readonly #reported = new WeakSet<Listener<never>>();
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
    this.events$ = this.stream((next) => this.on(next));
  }

  /** Whether anybody listens; events that nobody hears need not be made. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  on(listener: Listener<SyncEvent>): () => void {
    // A listener of its own for each call, so that the same function may listen twice.
    const own: Listener<SyncEvent> = (event) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(event: SyncEvent): void {
    for (const listener of this.#listeners) this.guard(listener, event);
  }

  /** Tells of a failure that belongs to no single operation. */
  fail(error: unknown, code: Parameters<typeof toFailure>[1]): void {
    const failure = toFailure(error, code);
    this.#logger?.error(failure.message, { code: failure.code });
    this.emit({ type: 'failed', failure });
  }

  /** Calls a listener; what it throws stays here. */
  guard<T>(listener: Listener<T>, value: T): void {
    try {
      listener(value);
    } catch (error) {
      if (this.#reported.has(listener)) return;
      this.#reported.add(listener);
      this.fail(error, 'LISTENER_FAILED');
    }
  }

  /** An Observable whose direct subscribers are guarded; RxJS would let their errors end the process. */
  stream<T>(produce: (next: Listener<T>, complete: () => void) => () => void): Observable<T> {
    return new GuardedObservable<T>(this, produce);
  }
}

class GuardedObservable<T> extends Observable<T> {
  readonly #hub: EventHub;

  constructor(hub: EventHub, produce: (next: Listener<T>, complete: () => void) => () => void) {
    super((subscriber) =>
      produce(
        (value) => subscriber.next(value),
        () => subscriber.complete(),
      ),
    );
    this.#hub = hub;
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer = typeof observerOrNext === 'function' ? { next: observerOrNext } : (observerOrNext ?? {});
    const next: Listener<T> = (value) => observer.next?.(value);
    return super.subscribe({ ...observer, next: (value) => this.#hub.guard(next, value) });
  }
}
