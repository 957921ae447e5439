/** Does synchronous work behind an asynchronous port: what it throws becomes a rejection. */
export function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
