import { computed, type Signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { OperationStatus } from '@cpc/sync-core';
import { of, switchMap } from 'rxjs';
import { injectSync } from './provide-sync.js';

/**
 * Where one operation is, followed through edits and conflicts to its end; `undefined` until it was looked up, or
 * without an id. Needs an injection context.
 *
 * @param id - read as a signal
 */
export function injectOperation(id: () => string | undefined): Signal<OperationStatus | undefined> {
  const { queue } = injectSync();
  const status$ = toObservable(computed(id)).pipe(
    switchMap((name) => (name === undefined ? of(undefined) : queue.watch(name))),
  );
  return toSignal(status$);
}
