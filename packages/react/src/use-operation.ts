import type { OperationStatus } from '@cpc/sync-core';
import { EMPTY } from 'rxjs';
import { useObservable } from './observable-store.js';
import { useSync } from './sync-context.js';

/**
 * Where one operation is, followed through edits and conflicts to its end; `undefined` until it was looked up, or
 * without an id.
 *
 * @example
 * ```tsx
 * const status = useOperation(paymentId);
 * return status?.state === 'acknowledged' ? <Receipt /> : <Spinner />;
 * ```
 */
export function useOperation(id: string | undefined): OperationStatus | undefined {
  const { queue } = useSync();
  return useObservable<OperationStatus | undefined>(
    () => (id === undefined ? EMPTY : queue.watch(id)),
    undefined,
    [queue, id],
  );
}
