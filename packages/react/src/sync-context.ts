import { createContext, useContext } from 'react';
import type { NetworkMonitor } from '@cpc/network';
import type { SyncQueue } from '@cpc/sync-core';
import type { RecordSource } from './record-source.js';

/** What the hooks look at. The app opens and closes it; a component that unmounts stops nothing. */
export interface SyncResources {
  readonly queue: SyncQueue;
  /** Needed by `useNetworkStatus` alone. */
  readonly monitor?: NetworkMonitor;
  /** `RecordViews` of `@cpc/replica`. Needed by `useRecord` and `useRecords` alone. */
  readonly views?: RecordSource;
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

/** The views of the nearest `SyncProvider`. @throws TypeError where it has none */
export function useRecordSource(hook: string): RecordSource {
  const { views } = useSync();
  if (views === undefined) throw new TypeError(`${hook} needs views: <SyncProvider queue={…} views={…}>.`);
  return views;
}
