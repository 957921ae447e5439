import { computed, type Signal } from '@angular/core';
import { project, type QueuedOperation } from '@cpc/sync-core';
import { injectPending } from './inject-pending.js';

/**
 * The server's value with their waiting changes laid over it, in order. When the server refuses one, the signal is
 * without it. Needs an injection context.
 *
 * A change ends to wait when it is acknowledged. Unless `base` has it by then, the value goes back to the old one until
 * `base` was read again; `injectRecord`, over a copy that knows what it holds, does not.
 *
 * @param base - what the server holds, as far as it is known; read as a signal
 * @param apply - the effect of one operation on the value; pure
 */
export function injectOptimistic<State>(
  entity: () => string,
  base: () => State,
  apply: (state: State, operation: QueuedOperation) => State,
): Signal<State> {
  const pending = injectPending(entity);
  return computed(() => project(base(), pending(), apply));
}
