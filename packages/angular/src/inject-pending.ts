import { computed, type Signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { QueuedOperation } from '@cpc/sync-core';
import { switchMap } from 'rxjs';
import { injectSync } from './provide-sync.js';

/**
 * The operations of an entity that the server does not have yet, in order; without dead letters. Needs an injection
 * context.
 *
 * @param entity - read as a signal: when it changes, so do the operations
 */
export function injectPending(entity: () => string): Signal<readonly QueuedOperation[]> {
  const { queue } = injectSync();
  const pending$ = toObservable(computed(entity)).pipe(switchMap((name) => queue.pending$(name)));
  return toSignal(pending$, { initialValue: [] });
}
