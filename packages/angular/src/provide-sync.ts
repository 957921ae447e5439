import { type EnvironmentProviders, inject, InjectionToken, makeEnvironmentProviders } from '@angular/core';
import type { NetworkMonitor } from '@cpc/network';
import type { SyncQueue } from '@cpc/sync-core';

/** What the signals look at. The app opens and closes it; a component that is destroyed stops nothing. */
export interface SyncResources {
  readonly queue: SyncQueue;
  /** Needed by `injectNetworkStatus` alone. */
  readonly monitor?: NetworkMonitor;
}

const SYNC_RESOURCES = new InjectionToken<SyncResources>('@cpc/angular: provideSync({ queue, monitor })');

/**
 * Hands a queue, and a monitor, to the signals of an application or of a route.
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
