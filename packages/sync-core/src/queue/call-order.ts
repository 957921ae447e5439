/**
 * Lets calls go on in the order in which they were made, though what some of them need comes later: a payload whose
 * schema validates asynchronously. Where nothing is waited for, a call goes on at once.
 */
export class CallOrder {
  /** The turn of the latest call that had to wait. */
  #last: Promise<void> | undefined;

  /**
   * Gives `next` the value when all earlier calls had theirs. A value that fails is told at once and holds up nobody.
   * Where the value is a promise, later calls also wait for the promise that `next` may return.
   */
  take<T>(value: T | Promise<T>, next: (value: T) => unknown, failed: (error: unknown) => void): void {
    const earlier = this.#last;
    if (earlier === undefined && !(value instanceof Promise)) {
      next(value);
      return;
    }
    // Also behind one that fails early, what comes later waits for all before it.
    const turn = Promise.all([inTurn(value, earlier, next).catch(failed), earlier]).then(() => {
      if (this.#last === turn) this.#last = undefined;
    });
    this.#last = turn;
  }
}

async function inTurn<T>(
  value: T | Promise<T>,
  earlier: Promise<void> | undefined,
  next: (value: T) => unknown,
): Promise<void> {
  const ready = await value;
  await earlier;
  await next(ready);
}
