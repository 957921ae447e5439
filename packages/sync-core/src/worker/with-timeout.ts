import { SyncError, type SyncErrorCode } from '../errors/sync-error.js';
import type { Clock } from '../ports/clock.js';

/**
 * Runs a task that is given up after a time, or when `signal` aborts. The task's own signal is aborted then, and
 * the returned promise rejects at once, whether or not the task listens.
 */
export function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  code: SyncErrorCode,
  signal: AbortSignal,
  task: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const giveUp = (reason: unknown): void => {
      controller.abort(reason);
      end(() => reject(reason));
    };
    const onAbort = (): void => giveUp(signal.reason);
    const timer = clock.setTimer(
      () => giveUp(new SyncError(code, `Took longer than ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const end = (settle: () => void): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
      return;
    }
    new Promise<T>((start) => start(task(controller.signal))).then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
