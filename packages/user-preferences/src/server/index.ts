export {
  userPreferences,
  type UserPreferencesOptions,
  type UserPreferencesParts,
} from './user-preferences.js';
