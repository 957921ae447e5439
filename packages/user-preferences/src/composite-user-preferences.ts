import type { NetworkMonitor } from '@cpc/network';
import type { Clock, EnqueueOptions, EnqueueReceipt, QueuedOperation } from '@cpc/sync-core';
import {
  composite,
  type Composite,
  type CompositeOptions,
  type CompositeQueue,
  type ReadPolicy,
  type Sourced,
  withSource,
  type WritePolicy,
} from '@cpc/adapters';
import { checkChange } from './check-change.js';
import { withChange, type Notifications, type PreferencesChange, type Theme } from './preferences.js';
import { preferencesEntity, updatePreferences, type PreferencesUpdate } from './update-preferences.js';
import type { KnownPreferences, OfflineUserPreferences, UserPreferences } from './user-preferences.js';

export interface CompositeUserPreferencesOptions {
  /** The service over the network; only read from, since changes go by the queue. */
  readonly online: UserPreferences;
  /** The copy on this device, with the queue that is in its database. */
  readonly offline: OfflineUserPreferences;
  readonly monitor: NetworkMonitor;
  /** How long a read may take online before the copy is read, in milliseconds. @defaultValue 10_000 */
  readonly timeoutMs?: number;
  /**
   * How long a setter waits for the server's word while the network is there, in milliseconds. A refusal in this
   * time is an `OnlineFailureError`.
   *
   * @defaultValue 0: does not wait
   */
  readonly waitMs?: number;
  /** Told when a good read could not be put into the copy. @defaultValue the read rejects */
  readonly onKeepFailure?: (error: unknown, method: string) => void;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/**
 * Preferences that work the same with and without a network.
 *
 * A read goes online and falls back to the copy, whose `keptAt` says how old it is; changes that wait are laid
 * over what the server says. A setter changes the copy and enqueues the operation in one transaction, and the
 * queue delivers it. Failures are `OnlineFailureError`, `OfflineFailureError` and `DualFailureError`.
 */
export class CompositeUserPreferences implements UserPreferences {
  readonly #service: Composite<UserPreferences>;

  constructor(options: CompositeUserPreferencesOptions) {
    this.#service = composite<UserPreferences>(compositeOptions(options));
  }

  get(user: string): Promise<KnownPreferences> {
    return this.#service.get(user);
  }

  /** As `get`, and tells where the value came from, why, and how old it is. */
  getWithSource(user: string): Promise<Sourced<KnownPreferences>> {
    return withSource(this.#service).get(user);
  }

  async setCurrency(user: string, currency: string): Promise<KnownPreferences> {
    checkChange({ currency });
    return this.#service.setCurrency(user, currency);
  }

  async setLanguage(user: string, language: string): Promise<KnownPreferences> {
    checkChange({ language });
    return this.#service.setLanguage(user, language);
  }

  async setTheme(user: string, theme: Theme): Promise<KnownPreferences> {
    checkChange({ theme });
    return this.#service.setTheme(user, theme);
  }

  async setNotifications(user: string, notifications: Partial<Notifications>): Promise<KnownPreferences> {
    checkChange({ notifications });
    return this.#service.setNotifications(user, notifications);
  }
}

function compositeOptions(options: CompositeUserPreferencesOptions): CompositeOptions<UserPreferences> {
  const { online, offline, monitor, timeoutMs, waitMs, onKeepFailure, clock } = options;
  const get: ReadPolicy<[string], KnownPreferences> = {
    kind: 'read',
    entity: preferencesEntity,
    keep: (value, user) => offline.keep(user, value),
    overlay,
    keptAt: ({ keptAt }) => keptAt,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  const write = <Value>(
    changeOf: (value: Value) => PreferencesChange,
  ): WritePolicy<[string, Value], KnownPreferences> => ({
    kind: 'write',
    operation: updatePreferences,
    entity: preferencesEntity,
    payload: (user, value): PreferencesUpdate => ({ user, change: changeOf(value) }),
    ...(waitMs !== undefined && { waitMs }),
  });
  return {
    online,
    offline: readingCopy(offline),
    monitor,
    queue: writingQueue(offline),
    methods: {
      get,
      setCurrency: write((currency: string) => ({ currency })),
      setLanguage: write((language: string) => ({ language })),
      setTheme: write((theme: Theme) => ({ theme })),
      setNotifications: write((notifications: Partial<Notifications>) => ({ notifications })),
    },
    ...(onKeepFailure !== undefined && { onKeepFailure }),
    ...(clock !== undefined && { clock }),
  };
}

/** What the server will say when it has the operation. */
function overlay(value: KnownPreferences, { kind, payload }: QueuedOperation): KnownPreferences {
  return kind === updatePreferences.kind ? withChange(value, (payload as PreferencesUpdate).change) : value;
}

/**
 * The queue, whose `enqueue` changes the copy too. A composite enqueues first and changes the copy then; here both
 * are one step.
 */
function writingQueue(offline: OfflineUserPreferences): CompositeQueue {
  const { queue } = offline;
  const enqueue = (
    _operation: unknown,
    payload: unknown,
    options?: EnqueueOptions,
  ): Promise<EnqueueReceipt> => {
    const { user, change } = payload as PreferencesUpdate;
    return offline.update(user, change, options);
  };
  return {
    enqueue,
    // Each call says whose preferences it means, whoever is signed in.
    list: (query) => queue.list({ ...query, principals: 'all' }),
    discard: (id) => queue.discard(id, { principals: 'all' }),
    watch: (id) => queue.watch(id),
  };
}

/** The copy as it is after the step above: there is nothing left to write. */
function readingCopy(offline: OfflineUserPreferences): UserPreferences {
  const get = (user: string): Promise<KnownPreferences> => offline.get(user);
  return { get, setCurrency: get, setLanguage: get, setTheme: get, setNotifications: get };
}
