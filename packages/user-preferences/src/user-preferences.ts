import type { EnqueueOptions, EnqueueReceipt } from '@cpc/sync-core';
import type { CompositeQueue } from '@cpc/adapters';
import type { Notifications, Preferences, PreferencesChange, Theme } from './preferences.js';

/** Preferences, and how fresh they are. */
export interface KnownPreferences extends Preferences {
  /**
   * When this device last had them from the server, in milliseconds since the epoch, where they come from the copy
   * on this device. Absent on what the server just said, and on a copy that never met the server.
   */
  readonly keptAt?: number;
}

/**
 * What a person prefers. Who the person is, is an argument of each call.
 *
 * Setters give back all preferences as they are then. They reject with `PAYLOAD_INVALID` where the value is none.
 */
export interface UserPreferences {
  get(user: string): Promise<KnownPreferences>;
  /** @param currency - a code of ISO 4217 in capitals, or `BTC` */
  setCurrency(user: string, currency: string): Promise<KnownPreferences>;
  /** @param language - a language tag of BCP 47, kept in its canonical form */
  setLanguage(user: string, language: string): Promise<KnownPreferences>;
  setTheme(user: string, theme: Theme): Promise<KnownPreferences>;
  /** Switches the given ways on or off, and no others. */
  setNotifications(user: string, notifications: Partial<Notifications>): Promise<KnownPreferences>;
}

/**
 * The copy on this device, in the database that the queue is in: a change of the copy and its operation are
 * committed together.
 */
export interface OfflineUserPreferences extends UserPreferences {
  readonly queue: CompositeQueue;
  /** Changes the copy and enqueues `preferences.update`, in one transaction. */
  update(user: string, change: PreferencesChange, options?: EnqueueOptions): Promise<EnqueueReceipt>;
  /** Puts what the server said in the place of the copy. */
  keep(user: string, preferences: Preferences): Promise<void>;
}
