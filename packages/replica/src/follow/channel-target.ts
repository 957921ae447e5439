import type { PulledPage, PullTarget } from '@cpc/adapters/pull';
import type { ChannelState, ReplicaStore } from '../ports/replica-store.js';

export interface ChannelTargetParts {
  readonly store: ReplicaStore;
  readonly channel: string;
  /** A page was written. */
  readonly onPage: (page: PulledPage) => void;
}

/** One channel of the copy as a puller writes to it. */
export class ChannelTarget implements PullTarget {
  readonly #parts: ChannelTargetParts;

  constructor(parts: ChannelTargetParts) {
    this.#parts = parts;
  }

  async checkpoint(): Promise<string | undefined> {
    const { store, channel } = this.#parts;
    const state = (await store.channels()).find((one) => one.channel === channel);
    return state && latestOf(state);
  }

  async apply(page: PulledPage): Promise<boolean> {
    const { store, channel, onPage } = this.#parts;
    const { since, changes, checkpoint, reset, more } = page;
    const isTaken = await store.write({ channel, since, changes, checkpoint, reset, more });
    if (isTaken) onPage(page);
    return isTaken;
  }
}

/** The checkpoint of the latest page that came, shown or not. */
function latestOf({ shown, staged }: ChannelState): string | undefined {
  return staged?.checkpoint ?? shown;
}
