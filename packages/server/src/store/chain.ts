import type { MaybePromise } from '../ports/operation-handler.js';
import { isPromise } from './is-promise.js';

/** Goes on with a value, at once where it need not be waited for. */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}
