import type { MaybePromise } from '../ports/operation-handler.js';

/**
 * Whether a value must be waited for. Not by `instanceof`: a promise may be of another realm, and query builders are
 * promises by their `then` alone.
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'then' in value && typeof value.then === 'function';
}
