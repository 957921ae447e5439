import { createElement, type ReactElement, type ReactNode, useMemo } from 'react';
import { SyncContext, type SyncResources } from './sync-context.js';

export interface SyncProviderProps extends SyncResources {
  readonly children?: ReactNode;
}

/** Hands a queue, a monitor and views of records to the hooks below it. */
export function SyncProvider({ queue, monitor, views, children }: SyncProviderProps): ReactElement {
  const resources = useMemo<SyncResources>(
    () => ({ queue, ...(monitor !== undefined && { monitor }), ...(views !== undefined && { views }) }),
    [queue, monitor, views],
  );
  return createElement(SyncContext.Provider, { value: resources }, children);
}
