/** Calls what belongs to the app and answers nothing: what it throws, or rejects with, goes to `tell` and no further. */
export function guardedCall(call: () => unknown, tell: (error: unknown) => void): void {
  try {
    const called = call();
    // By its form, not by its class: a promise may come from another realm.
    if (typeof called === 'object' && called !== null && 'then' in called)
      Promise.resolve(called).catch(tell);
  } catch (error) {
    tell(error);
  }
}
