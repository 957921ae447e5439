/**
 * The least that a stream must offer. An RxJS 7 `Observable` satisfies it, and so does an object
 * written by hand, so that no plugin needs RxJS to implement a port.
 */
export interface Subscribable<T> {
  subscribe(next: (value: T) => void): Subscription;
}

export interface Subscription {
  unsubscribe(): void;
}
