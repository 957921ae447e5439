export type { PreferencesValue } from './preferences-value.js';
export {
  userPreferences,
  type UserPreferencesOptions,
  type UserPreferencesParts,
} from './user-preferences.js';
