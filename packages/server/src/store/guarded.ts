import process from 'node:process';
import { isPromise } from './is-promise.js';

/**
 * An app's callback as one that disturbs nobody: what it throws, or rejects with, goes to `onFailure`.
 */
export function guarded<Values extends readonly unknown[]>(
  callback: (...values: Values) => unknown,
  onFailure: (error: unknown) => void,
): (...values: Values) => void {
  return (...values) => {
    try {
      const result = callback(...values);
      if (isPromise(result)) result.then(undefined, onFailure);
    } catch (error) {
      onFailure(error);
    }
  };
}

/** The last resort for a callback that is told of errors: its own first one becomes a warning of the process. */
export function warnOnce(name: string): (error: unknown) => void {
  let isWarned = false;
  return (error) => {
    if (isWarned) return;
    isWarned = true;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.emitWarning(`${name} failed. It is told of errors, so that this one is told here, once.`, {
      code: 'CPC_ON_ERROR_FAILED',
      detail,
    });
  };
}
