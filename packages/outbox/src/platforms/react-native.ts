import { fetchTransport, type FetchTransportOptions } from '@cpc/adapters';
import { reactNativeNetwork, type AppStateLike, type NetInfoLike } from '@cpc/network';
import type { SyncPlugin } from '@cpc/sync-core';

export interface ReactNativePresetOptions {
  /** The plugin of the storage, such as `sqliteStorage` of `@cpc/storage-sqlite` with a binding to expo-sqlite. */
  readonly storage: SyncPlugin;
  /** Where the receiver listens, see `FetchTransportOptions.endpoint`. */
  readonly endpoint: FetchTransportOptions['endpoint'];
  /** The default export of `@react-native-community/netinfo`, or what is like it. */
  readonly netInfo: NetInfoLike;
  /** React Native's `AppState`: the network is looked at again when the app comes to the front. */
  readonly appState?: AppStateLike;
  /** What else the transport should know, its credentials for example. */
  readonly transport?: Omit<FetchTransportOptions, 'endpoint'>;
}

/**
 * The plugins of an app in React Native: the storage that is handed in, operations sent by `fetch`, and a monitor
 * that hears NetInfo and what requests met. Nothing of a platform is imported, so Metro has nothing to resolve.
 *
 * Needs `@cpc/adapters`. As with every plugin, options are checked when the container is built.
 */
export function reactNativePreset(options: ReactNativePresetOptions): readonly SyncPlugin[] {
  const { storage, endpoint, netInfo, appState, transport } = options;
  return [
    storage,
    fetchTransport({ ...transport, endpoint }),
    reactNativeNetwork({ netInfo, ...(appState !== undefined && { appState }) }),
  ];
}
