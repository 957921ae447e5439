import type { ChangeSource, PullerOptions } from '@cpc/adapters/pull';
import type { NetworkMonitor } from '@cpc/network';
import {
  type Clock,
  type RandomSource,
  SyncError,
  type SyncErrorCode,
  type SyncFailure,
  type Subscription,
  systemClock,
  systemRandom,
  toFailure,
  uuidV7Source,
} from '@cpc/sync-core';
import type { Observable } from 'rxjs';
import { ChannelFollower } from './follow/channel-follower.js';
import { Leadership } from './follow/leadership.js';
import { Listeners } from './follow/listeners.js';
import type { ReplicaEvent, ReplicaStatus } from './follow/replica-status.js';
import type { ChannelState, ReplicaStore } from './ports/replica-store.js';

export interface ReplicaParts {
  readonly store: ReplicaStore;
  /** Where the changes of a channel come from. */
  readonly source: (channel: string) => ChangeSource;
  /** Started by its owner. */
  readonly monitor: NetworkMonitor;
}

export interface ReplicaOptions {
  /** What is followed from the start on, with all that the copy follows already; see `leave`. */
  readonly channels: readonly string[];
  /** How long one instance pulls for all without saying so again, in milliseconds. @defaultValue 15_000 */
  readonly leaseMs?: number;
  /** How the changes of each channel are pulled. */
  readonly pull?: Omit<PullerOptions, 'clock' | 'random'>;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
  /** @defaultValue `systemRandom` */
  readonly random?: RandomSource;
}

/**
 * A copy of the server's records that lasts: follows channels of a change feed, one instance for all that share the
 * store.
 *
 * ## States
 *
 * - `stopped`: no request, no timer, no listener. `start` → `running`.
 * - `running`, not leading: looks at what another tab or process pulls, and asks for the lead now and then.
 * - `running`, leading: pulls every channel. `stop` → `stopped`, and another one takes over at once; one that is killed
 *   is followed within `leaseMs`.
 *
 * What is read is what the store shows, whichever instance pulled it.
 */
export class Replica implements AsyncDisposable {
  readonly store: ReplicaStore;
  /** Now, and again at each change. */
  readonly status$: Observable<ReplicaStatus>;
  readonly events$: Observable<ReplicaEvent>;
  readonly #parts: ReplicaParts;
  readonly #pull: PullerOptions;
  readonly #channels: readonly string[];
  readonly #followers = new Map<string, ChannelFollower>();
  readonly #leadership: Leadership;
  readonly #statuses: Listeners<ReplicaStatus>;
  readonly #events: Listeners<ReplicaEvent>;
  #isRunning = false;
  /** The latest that was seen of the copy. */
  #revision = 0;
  #notices: Subscription | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(parts: ReplicaParts, options: ReplicaOptions) {
    const { clock = systemClock, random = systemRandom, channels, leaseMs = 15_000, pull = {} } = options;
    this.#parts = parts;
    this.store = parts.store;
    this.#pull = { ...pull, clock, random };
    this.#events = new Listeners((error) => this.#fail(error, 'LISTENER_FAILED'));
    this.#statuses = new Listeners(
      (error) => this.#fail(error, 'LISTENER_FAILED'),
      () => this.status,
    );
    this.status$ = this.#statuses.stream$;
    this.events$ = this.#events.stream$;
    this.#leadership = new Leadership({
      store: parts.store,
      clock,
      owner: uuidV7Source(clock, random)(),
      leaseMs,
      onChange: (isLeading) => this.#onLead(isLeading),
      onFailure: (error) => this.#fail(error, 'STORAGE_FAILED'),
    });
    this.#channels = channels;
  }

  get status(): ReplicaStatus {
    const channels = [...this.#followers.values()].map(({ status }) => status);
    return {
      state: this.#isRunning ? 'running' : 'stopped',
      isLeading: this.#leadership.isLeading,
      channels: channels.sort((a, b) => (a.channel < b.channel ? -1 : 1)),
    };
  }

  /** Opens the store and begins to follow. Idempotent. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await this.store.open();
    this.#notices = this.store.notices.subscribe(() => void this.#look());
    for (const channel of this.#channels) await this.store.follow(channel);
    await this.#look();
    await this.#leadership.start();
    this.#tell();
  }

  /** Ends what is under way and makes way for another instance; the store stays open. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#notices?.unsubscribe();
    await this.#leadership.stop();
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()));
    await this.#looking;
    this.#tell();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Follows a channel from now on, in all that share the copy. The replica must be started. Idempotent. */
  async follow(channel: string): Promise<void> {
    await this.store.follow(channel);
    await this.#look();
  }

  /** Follows a channel no more, in all that share the copy, and removes its records. The replica must be started. */
  async leave(channel: string): Promise<void> {
    if (await this.#drop(channel)) this.#events.tell({ type: 'channelLeft', channel });
  }

  /**
   * Pulls all that the server has at this moment, whoever leads. Rejects with why it failed, and with `STOPPED` while the
   * replica is not started.
   */
  async pull(): Promise<void> {
    if (!this.#isRunning) throw new SyncError('STOPPED', 'The replica is stopped; start it to pull.');
    await Promise.all([...this.#followers.values()].map((follower) => follower.pull()));
    await this.#look();
  }

  /**
   * Whether the copy shows the change that an acknowledgement told the position of; `undefined` where no channel that is
   * followed has such positions.
   *
   * @param states - the channels as the store gave them
   */
  hasReached(position: string, states: readonly ChannelState[]): boolean | undefined {
    for (const { channel, shown } of states) {
      const source = this.#followers.get(channel)?.source;
      const isReached = source?.hasReached?.(shown, position);
      if (isReached !== undefined) return isReached;
    }
    return undefined;
  }

  #followerOf(channel: string): ChannelFollower {
    const { store, monitor, source } = this.#parts;
    return new ChannelFollower({
      channel,
      source: source(channel),
      store,
      monitor,
      pull: this.#pull,
      onChange: () => void this.#look(),
      onLoaded: () => this.#events.tell({ type: 'channelLoaded', channel }),
      onForbidden: (failure) => void this.#forbid(channel, failure),
    });
  }

  async #forbid(channel: string, failure: SyncFailure): Promise<void> {
    try {
      if (await this.#drop(channel)) this.#events.tell({ type: 'channelForbidden', channel, failure });
    } catch (error) {
      this.#fail(error, 'STORAGE_FAILED');
    }
  }

  /** @returns whether it was followed */
  async #drop(channel: string): Promise<boolean> {
    const follower = this.#followers.get(channel);
    this.#followers.delete(channel);
    // Not awaited: a channel may be dropped by what its own puller met.
    void follower?.stop();
    const wasThere = await this.store.leave(channel);
    this.#tell();
    return wasThere;
  }

  #onLead(isLeading: boolean): void {
    for (const follower of this.#followers.values()) void (isLeading ? follower.start() : follower.stop());
    this.#tell();
  }

  /** Looks at the store; once more, where somebody asks meanwhile. Rejects never. */
  #look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      try {
        if (await this.#isLost()) continue;
        this.#see(await this.store.channels());
        this.#tell();
      } catch (error) {
        if (this.#isRunning) this.#fail(error, 'STORAGE_FAILED');
      }
    }
  }

  /** Whether the copy is not the one of before; then all is followed anew, and looked at again. */
  async #isLost(): Promise<boolean> {
    const revision = await this.store.revision();
    const isLost = revision < this.#revision;
    this.#revision = revision;
    if (!isLost) return false;
    for (const channel of this.#followers.keys()) await this.store.follow(channel);
    this.#events.tell({ type: 'copyLost' });
    this.#lookAgain = true;
    return true;
  }

  #see(states: readonly ChannelState[]): void {
    const left = new Set(this.#followers.keys());
    for (const state of states) {
      left.delete(state.channel);
      const follower = this.#followers.get(state.channel) ?? this.#begin(state.channel);
      follower.see(state);
    }
    for (const channel of left) {
      void this.#followers.get(channel)?.stop();
      this.#followers.delete(channel);
      this.#events.tell({ type: 'channelLeft', channel });
    }
  }

  #begin(channel: string): ChannelFollower {
    const follower = this.#followerOf(channel);
    this.#followers.set(channel, follower);
    if (this.#leadership.isLeading) void follower.start();
    return follower;
  }

  #tell(): void {
    if (this.#statuses.isHeard) this.#statuses.tell(this.status);
  }

  #fail(error: unknown, code: SyncErrorCode): void {
    this.#events.tell({ type: 'failed', failure: toFailure(error, code) });
  }
}
