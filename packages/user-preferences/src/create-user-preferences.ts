import type { NetworkMonitor } from '@cpc/network';
import {
  CompositeUserPreferences,
  type CompositeUserPreferencesOptions,
} from './composite-user-preferences.js';
import type { OfflineUserPreferences, UserPreferences } from './user-preferences.js';

export interface UserPreferencesParts {
  /** A `SqliteUserPreferences` or `IndexedDbUserPreferences`: the copy on this device, with its queue. */
  readonly database: OfflineUserPreferences;
  readonly monitor: NetworkMonitor;
  /** The service over the network, such as a `ConnectUserPreferences`. */
  readonly client: UserPreferences;
}

/**
 * Preferences of whoever uses this device, with and without a network. It takes no user: who is meant, is an
 * argument of each call, so one service lasts for the life of the app.
 */
export function createUserPreferences(
  { database, monitor, client }: UserPreferencesParts,
  options: Omit<CompositeUserPreferencesOptions, 'online' | 'offline' | 'monitor'> = {},
): CompositeUserPreferences {
  return new CompositeUserPreferences({ ...options, online: client, offline: database, monitor });
}
