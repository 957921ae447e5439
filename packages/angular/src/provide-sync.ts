import { type EnvironmentProviders, inject, InjectionToken, makeEnvironmentProviders } from '@angular/core';
import type { NetworkMonitor } from '@cpc/network';
import type { SyncQueue } from '@cpc/sync-core';
import type { RecordSource } from './record-source.js';

/** What the signals look at. The app opens and closes it; a component that is destroyed stops nothing. */
export interface SyncResources {
  readonly queue: SyncQueue;
  /** Needed by `injectNetworkStatus` alone. */
  readonly monitor?: NetworkMonitor;
  /** `RecordViews` of `@cpc/replica`. Needed by `injectRecord` and `injectRecords` alone. */
  readonly views?: RecordSource;
}

const SYNC_RESOURCES = new InjectionToken<SyncResources>('@cpc/angular: provideSync({ queue, monitor })');

/**
 * Hands a queue, a monitor and views of records to the signals of an application or of a route.
 *
 * @example
 * ```ts
 * bootstrapApplication(App, { providers: [provideSync({ queue, monitor })] });
 * ```
 */
export function provideSync(resources: SyncResources): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: SYNC_RESOURCES, useValue: resources }]);
}

/** The queue and the monitor that `provideSync` was given. Needs an injection context. */
export function injectSync(): SyncResources {
  return inject(SYNC_RESOURCES);
}

/** The views that `provideSync` was given. @throws TypeError where it was given none */
export function injectRecordSource(name: string): RecordSource {
  const { views } = injectSync();
  if (views === undefined) throw new TypeError(`${name} needs views: provideSync({ queue, views }).`);
  return views;
}
