import { useMemo, useSyncExternalStore } from 'react';
import type { Observable } from 'rxjs';

/**
 * The latest value of an observable, in the form that `useSyncExternalStore` takes: the same object until there is
 * another value, so that nothing tears and nothing renders in vain.
 */
export class ObservableStore<T> {
  readonly #source: Observable<T>;
  #value: T;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Observable<T>, initial: T) {
    this.#source = source;
    this.#value = initial;
  }

  readonly subscribe = (onChange: () => void): (() => void) => {
    const subscription = this.#source.subscribe({
      next: (value) => {
        this.#value = value;
        onChange();
      },
      error: (error: unknown) => {
        this.#failure = { error };
        onChange();
      },
    });
    return () => subscription.unsubscribe();
  };

  /** @throws what the observable failed with, so that an error boundary shows it */
  readonly read = (): T => {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#value;
  };
}

/**
 * The latest value of an observable, from a subscription that lasts as long as the component.
 *
 * @param create - makes the observable; called again when one of `dependencies` changes
 * @param initial - the value until the first one comes, and on a server
 */
export function useObservable<T>(
  create: () => Observable<T>,
  initial: T,
  dependencies: readonly unknown[],
): T {
  // The dependencies are the caller's, as they are with `useMemo`.
  const store = useMemo(() => new ObservableStore(create(), initial), dependencies);
  return useSyncExternalStore(store.subscribe, store.read, store.read);
}
