import {
  SyncError,
  systemClock,
  type Clock,
  type EnqueueOptions,
  type EnqueueReceipt,
  type EnqueueResult,
  type SyncQueue,
} from '@cpc/sync-core';
import { enqueueTogether, type EnqueueIn, type TransactionalStorage } from '@cpc/sync-core/transactional';
import { checkChange } from './check-change.js';
import {
  DEFAULT_PREFERENCES,
  withChange,
  type Notifications,
  type Preferences,
  type PreferencesChange,
  type Theme,
} from './preferences.js';
import { preferencesEntity, updatePreferences } from './update-preferences.js';
import type { KnownPreferences, OfflineUserPreferences } from './user-preferences.js';

/** What all copies share, whatever database they are in. */
export interface OfflineCopyOptions {
  /**
   * The queue, with `updatePreferences` among its operations. Its storage must be in the database of the copy and
   * have `enqueueIn`, as `SqliteQueueStorage` and `IndexedDbQueueStorage` have.
   */
  readonly queue: SyncQueue;
  /** What holds for a person of whom nothing is known. @defaultValue {@link DEFAULT_PREFERENCES} */
  readonly defaults?: Preferences;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/** Where a copy lies; one row for each person. */
export interface PreferencesTable<Tx, Result extends EnqueueResult | Promise<EnqueueResult>> {
  read(user: string): Promise<KnownPreferences | undefined>;
  keep(user: string, value: KnownPreferences): Promise<void>;
  /** Puts `next` of the row in its place and enqueues, in one transaction that is committed when it resolves. */
  change(
    user: string,
    next: (value: KnownPreferences | undefined) => KnownPreferences,
    enqueueIn: EnqueueIn<Tx, Result>,
  ): Promise<void>;
}

/** A copy of preferences in a database that the queue shares. */
export class OfflineCopy<
  Tx,
  Result extends EnqueueResult | Promise<EnqueueResult>,
> implements OfflineUserPreferences {
  readonly queue: SyncQueue;
  readonly #table: PreferencesTable<Tx, Result>;
  readonly #storage: TransactionalStorage<Tx, Result>;
  readonly #defaults: Preferences;
  readonly #clock: Clock;

  /** @throws TypeError where the queue's storage cannot join a transaction */
  constructor(table: PreferencesTable<Tx, Result>, options: OfflineCopyOptions) {
    const { queue, defaults = DEFAULT_PREFERENCES, clock = systemClock } = options;
    const { storage } = queue;
    if (!('enqueueIn' in storage) || typeof storage.enqueueIn !== 'function') {
      throw new TypeError(
        'queue takes a queue whose storage has enqueueIn and is in the same database, such as SqliteQueueStorage',
      );
    }
    this.queue = queue;
    this.#table = table;
    this.#storage = storage as unknown as TransactionalStorage<Tx, Result>;
    this.#defaults = defaults;
    this.#clock = clock;
  }

  /** @throws SyncError `OFFLINE_FAILED` where nothing was kept of the person yet */
  async get(user: string): Promise<KnownPreferences> {
    const known = await this.#table.read(user);
    if (known !== undefined) return known;
    throw new SyncError('OFFLINE_FAILED', `Nothing is known on this device of what '${user}' prefers.`);
  }

  setCurrency(user: string, currency: string): Promise<KnownPreferences> {
    return this.#set(user, { currency });
  }

  setLanguage(user: string, language: string): Promise<KnownPreferences> {
    return this.#set(user, { language });
  }

  setTheme(user: string, theme: Theme): Promise<KnownPreferences> {
    return this.#set(user, { theme });
  }

  setNotifications(user: string, notifications: Partial<Notifications>): Promise<KnownPreferences> {
    return this.#set(user, { notifications });
  }

  async update(
    user: string,
    change: PreferencesChange,
    options: EnqueueOptions = {},
  ): Promise<EnqueueReceipt> {
    const checked = checkChange(change);
    return enqueueTogether(
      {
        queue: this.queue,
        storage: this.#storage,
        operation: updatePreferences,
        payload: { user, change: checked },
        // Its own person's, so that it is never sent under another one's credentials.
        options: { principal: user, ...options, entity: preferencesEntity(user) },
      },
      (enqueueIn) =>
        this.#table.change(
          user,
          (value: KnownPreferences = this.#defaults) => withChange(value, checked),
          enqueueIn,
        ),
    );
  }

  async keep(user: string, preferences: Preferences): Promise<void> {
    await this.#table.keep(user, { ...preferences, keptAt: this.#clock.now() });
  }

  async #set(user: string, change: PreferencesChange): Promise<KnownPreferences> {
    await this.update(user, change);
    return this.get(user);
  }
}
