import { type ChangeSource, Puller, type PullerOptions, type PullStatus } from '@cpc/adapters/pull';
import type { NetworkMonitor } from '@cpc/network';
import { type SyncFailure, toFailure } from '@cpc/sync-core';
import type { ChannelState, ReplicaStore } from '../ports/replica-store.js';
import { ChannelTarget } from './channel-target.js';
import { guardedSource } from './guarded-source.js';
import type { ChannelStatus } from './replica-status.js';

export interface ChannelFollowerParts {
  readonly channel: string;
  readonly source: ChangeSource;
  readonly store: ReplicaStore;
  readonly monitor: NetworkMonitor;
  readonly pull: PullerOptions;
  /** Something about its status changed. */
  readonly onChange: () => void;
  /** All of a load is shown. */
  readonly onLoaded: () => void;
  readonly onForbidden: (failure: SyncFailure) => void;
}

/** Follows one channel: by pulling, in the instance that leads, or by looking at what another one pulled. */
export class ChannelFollower {
  readonly channel: string;
  readonly source: ChangeSource;
  readonly #puller: Puller;
  readonly #parts: ChannelFollowerParts;
  #state: ChannelState;
  #total: number | undefined;
  #pull: PullStatus = { state: 'stopped', pulls: 0 };

  constructor(parts: ChannelFollowerParts) {
    const { channel, store, monitor, source, pull, onForbidden } = parts;
    this.channel = channel;
    this.source = source;
    this.#parts = parts;
    this.#state = { channel };
    const target = new ChannelTarget({
      store,
      channel,
      onPage: ({ remaining, changes, since, reset }) => {
        if (remaining === undefined) return;
        const before = reset || since === undefined ? 0 : (this.#state.staged?.changes ?? 0);
        this.#total = before + changes.length + remaining;
      },
    });
    const guarded = guardedSource(source, (error) => onForbidden(toFailure(error, 'REJECTED')));
    this.#puller = new Puller({ source: guarded, target, monitor }, pull);
    this.#puller.register((status) => {
      this.#pull = status;
      parts.onChange();
    });
  }

  get status(): ChannelStatus {
    const { shown, staged } = this.#state;
    const { pulledAt, failure } = this.#pull;
    const isLoading = shown === undefined || staged?.isLoad === true;
    return {
      channel: this.channel,
      state: shown === undefined ? 'loading' : isLoading ? 'reloading' : 'following',
      done: isLoading ? (staged?.changes ?? 0) : 0,
      ...(isLoading && this.#total !== undefined && { total: this.#total }),
      ...(pulledAt !== undefined && { pulledAt }),
      ...(failure !== undefined && { failure }),
    };
  }

  /** What the store holds of the channel now. */
  see(state: ChannelState): void {
    const before = this.#state;
    this.#state = state;
    const wasLoading = before.shown === undefined || before.staged?.isLoad === true;
    const isLoaded = state.shown !== undefined && state.staged?.isLoad !== true;
    if (isLoaded) this.#total = undefined;
    if (wasLoading && isLoaded) this.#parts.onLoaded();
  }

  /** Begins to pull. */
  start(): Promise<void> {
    return this.#puller.start();
  }

  stop(): Promise<void> {
    return this.#puller.stop();
  }

  /** Pulls all that the server has at this moment. */
  pull(): Promise<void> {
    return this.#puller.pull();
  }
}
