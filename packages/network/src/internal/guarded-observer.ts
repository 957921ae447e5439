import type { NetworkObserver, NetworkStatus } from '../ports/network-monitor.js';

interface Platform {
  readonly reportError?: (error: unknown) => void;
  readonly process?: { readonly emitWarning?: (text: string, options: object) => void };
}

/**
 * An observer that disturbs nobody: what it throws, or rejects with, is told once where the platform tells errors that
 * nobody caught. RxJS would throw it from a timer, which ends a process.
 */
export function guardedObserver(observer: NetworkObserver): NetworkObserver {
  const call: (status: NetworkStatus) => unknown = observer;
  let isTold = false;
  const tell = (error: unknown): void => {
    if (isTold) return;
    isTold = true;
    const { reportError, process } = globalThis as Platform;
    if (reportError !== undefined) reportError(error);
    else
      process?.emitWarning?.(`An observer of the network failed: ${textOf(error)}.`, {
        code: 'CPC_OBSERVER_FAILED',
      });
  };
  return (status) => {
    try {
      const called = call(status);
      if (typeof called === 'object' && called !== null && 'then' in called)
        Promise.resolve(called).catch(tell);
    } catch (error) {
      tell(error);
    }
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
