import { Observable } from 'rxjs';

/**
 * Listeners that are told in the order in which they came. One that throws, or rejects, disturbs nobody, and is reported
 * the first time; one may subscribe or leave while the others are told.
 */
export class Listeners<T> {
  readonly stream$: Observable<T>;
  readonly #listeners = new Set<{ readonly next: (value: T) => void }>();
  readonly #report: (error: unknown) => void;

  /** @param current - what a new subscriber is told at once */
  constructor(report: (error: unknown) => void, current?: () => T) {
    this.#report = report;
    this.stream$ = new Observable((subscriber) => {
      const listener = { next: (value: T) => subscriber.next(value) };
      this.#listeners.add(listener);
      if (current !== undefined) subscriber.next(current());
      return () => void this.#listeners.delete(listener);
    });
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  tell(value: T): void {
    for (const { next } of [...this.#listeners]) {
      try {
        next(value);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
