import { EMPTY } from 'rxjs';
import { useObservable } from './observable-store.js';
import type { ShownRecord } from './record-source.js';
import { useRecordSource } from './sync-context.js';

/**
 * One record as the person should see it: the copy, with what waits laid over it. `undefined` where there is none, until
 * it was read, and without an entity. It goes from the old value to the new one and never back.
 *
 * @throws TypeError where the provider has no views
 *
 * @example
 * ```tsx
 * const order = useRecord<Order>(`orders/${id}`);
 * return <p className={order?.state}>{order?.value.note}</p>;
 * ```
 */
export function useRecord<Value = unknown>(entity: string | undefined): ShownRecord<Value> | undefined {
  const views = useRecordSource('useRecord');
  return useObservable<ShownRecord<Value> | undefined>(
    () => (entity === undefined ? EMPTY : views.record$<Value>(entity)),
    undefined,
    [views, entity],
  );
}
