import { useObservable } from './observable-store.js';
import type { RecordsQuery, ShownRecord } from './record-source.js';
import { useRecordSource } from './sync-context.js';

/**
 * The records of a collection as the person should see them, those that were created offline included; `undefined` until
 * they were read, and on a server.
 *
 * @param query - `where` and `order` are pure, and the same functions on each render
 * @throws TypeError where the provider has no views
 *
 * @example
 * ```tsx
 * const open = useRecords<Order>({ collection: 'orders', where: isOpen, order: byDue, limit: 50 });
 * ```
 */
export function useRecords<Value = unknown>({
  collection,
  where,
  order,
  limit,
}: RecordsQuery<Value>): readonly ShownRecord<Value>[] | undefined {
  const views = useRecordSource('useRecords');
  return useObservable<readonly ShownRecord<Value>[] | undefined>(
    () =>
      views.records$<Value>({
        collection,
        ...(where !== undefined && { where }),
        ...(order !== undefined && { order }),
        ...(limit !== undefined && { limit }),
      }),
    undefined,
    [views, collection, where, order, limit],
  );
}
