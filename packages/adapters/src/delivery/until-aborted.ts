/**
 * What `work` comes to, or the signal's reason as soon as it is aborted, also where the work ignores its signal. What
 * becomes of work that was given up is nobody's concern any more, so its late failure is heard and dropped.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const forget = (): void => signal.removeEventListener('abort', giveUp);
    void work.then(resolve, reject).finally(forget);
  });
}
