import { computed, type Signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { switchMap } from 'rxjs';
import { injectRecordSource } from './provide-sync.js';
import type { RecordsQuery, ShownRecord } from './record-source.js';

/**
 * The records of a collection as the person should see them, those that were created offline included; `undefined` until
 * they were read. Needs an injection context.
 *
 * @param query - read as a signal: when it changes, so do the records
 * @throws TypeError where `provideSync` was given no views
 */
export function injectRecords<Value = unknown>(
  query: () => RecordsQuery<Value>,
): Signal<readonly ShownRecord<Value>[] | undefined> {
  const views = injectRecordSource('injectRecords');
  const records$ = toObservable(computed(query)).pipe(switchMap((asked) => views.records$<Value>(asked)));
  return toSignal(records$);
}
