import { computed, type Signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { of, startWith, switchMap } from 'rxjs';
import { injectRecordSource } from './provide-sync.js';
import type { ShownRecord } from './record-source.js';

/**
 * One record as the person should see it: the copy, with what waits laid over it. `undefined` where there is none, until
 * it was read, and without an entity. It goes from the old value to the new one and never back. Needs an injection
 * context.
 *
 * @param entity - read as a signal: when it changes, so does the record
 * @throws TypeError where `provideSync` was given no views
 */
export function injectRecord<Value = unknown>(
  entity: () => string | undefined,
): Signal<ShownRecord<Value> | undefined> {
  const views = injectRecordSource('injectRecord');
  const record$ = toObservable(computed(entity)).pipe(
    // Nothing of another entity is shown until its own is read.
    switchMap((name) =>
      name === undefined ? of(undefined) : views.record$<Value>(name).pipe(startWith(undefined)),
    ),
  );
  return toSignal(record$);
}
