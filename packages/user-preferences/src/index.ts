export {
  CompositeUserPreferences,
  type CompositeUserPreferencesOptions,
} from './composite-user-preferences.js';
export { createUserPreferences, type UserPreferencesParts } from './create-user-preferences.js';
export { CURRENCY_CODES } from './currency-codes.js';
export {
  createPreferencesStore,
  IndexedDbUserPreferences,
  type IndexedDbUserPreferencesOptions,
} from './indexed-db-user-preferences.js';
export type { OfflineCopyOptions } from './offline-copy.js';
export {
  DEFAULT_PREFERENCES,
  type Notifications,
  type Preferences,
  type PreferencesChange,
  type Theme,
} from './preferences.js';
export {
  type PreferencesDatabase,
  SqliteUserPreferences,
  type SqliteUserPreferencesOptions,
} from './sqlite-user-preferences.js';
export { type PreferencesUpdate, updatePreferences } from './update-preferences.js';
export type { KnownPreferences, OfflineUserPreferences, UserPreferences } from './user-preferences.js';
