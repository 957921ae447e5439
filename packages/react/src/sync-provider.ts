import { createElement, type ReactElement, type ReactNode, useMemo } from 'react';
import { SyncContext, type SyncResources } from './sync-context.js';

export interface SyncProviderProps extends SyncResources {
  readonly children?: ReactNode;
}

/** Hands a queue, and a monitor, to the hooks below it. */
export function SyncProvider({ queue, monitor, children }: SyncProviderProps): ReactElement {
  const resources = useMemo(() => (monitor === undefined ? { queue } : { queue, monitor }), [queue, monitor]);
  return createElement(SyncContext.Provider, { value: resources }, children);
}
