import { createContext, useContext } from 'react';
import type { NetworkMonitor } from '@cpc/network';
import type { SyncQueue } from '@cpc/sync-core';

/** What the hooks look at. The app opens and closes it; a component that unmounts stops nothing. */
export interface SyncResources {
  readonly queue: SyncQueue;
  /** Needed by `useNetworkStatus` alone. */
  readonly monitor?: NetworkMonitor;
}

export const SyncContext = createContext<SyncResources | undefined>(undefined);

/**
 * The queue and the monitor of the nearest `SyncProvider`.
 *
 * @throws TypeError where there is no provider above
 */
export function useSync(): SyncResources {
  const resources = useContext(SyncContext);
  if (resources === undefined) {
    throw new TypeError('There is no <SyncProvider queue={…}> above this component; put one around the app.');
  }
  return resources;
}
