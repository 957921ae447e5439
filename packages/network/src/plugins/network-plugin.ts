import type { NetworkMonitor } from '../ports/network-monitor.js';

/** A plugin that brings a network monitor. It fits the `SyncPlugin` of `@cpc/sync-core`. */
export interface NetworkPlugin {
  readonly name: string;
  readonly networkMonitor: () => NetworkMonitor;
}
