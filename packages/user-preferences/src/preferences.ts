/** What the app looks like: as the device is set, or always the same. */
export type Theme = 'system' | 'light' | 'dark';

/** By which ways a person wants to be told. */
export interface Notifications {
  readonly email: boolean;
  readonly push: boolean;
  readonly sms: boolean;
}

export interface Preferences {
  /** The preferred currency: a code of ISO 4217, or `BTC`. */
  readonly currency: string;
  /** A language tag of BCP 47 in its canonical form, such as `de-CH`. */
  readonly language: string;
  readonly theme: Theme;
  readonly notifications: Notifications;
}

/** The fields to change; an absent one stays as it is. */
export interface PreferencesChange {
  readonly currency?: string;
  readonly language?: string;
  readonly theme?: Theme;
  readonly notifications?: Partial<Notifications>;
}

/** What holds for a person who never chose anything. */
export const DEFAULT_PREFERENCES: Preferences = Object.freeze({
  currency: 'USD',
  language: 'en',
  theme: 'system',
  notifications: Object.freeze({ email: false, push: false, sms: false }),
});

/** The preferences with the change made. The same when it is made twice. */
export function withChange<P extends Preferences>(preferences: P, change: PreferencesChange): P {
  return {
    ...preferences,
    ...change,
    notifications: { ...preferences.notifications, ...change.notifications },
  };
}

/** Both changes as one, the later one last. */
export function joinChanges(earlier: PreferencesChange, later: PreferencesChange): PreferencesChange {
  if (earlier.notifications === undefined || later.notifications === undefined) {
    return { ...earlier, ...later };
  }
  return { ...earlier, ...later, notifications: { ...earlier.notifications, ...later.notifications } };
}
