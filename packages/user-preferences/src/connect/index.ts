export { ConnectUserPreferences, type ConnectUserPreferencesOptions } from './connect-user-preferences.js';
