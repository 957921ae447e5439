import type { ChangeSource, PulledChange, PullContext, SourcePage } from '@cpc/adapters/pull';
import { SyncError } from '@cpc/sync-core';

/** Channels of a server in memory, whose changes can be pulled as `@cpc/server` gives them: of each entity the last. */
export class FeedModel {
  pageSize = 2;
  pulls = 0;
  /** Thrown by the next pulls, one each. */
  readonly failures: (Error | undefined)[] = [];
  readonly #channels = new Map<string, Channel>();

  /** Changes made in one transaction. @returns the position of the last */
  commit(channel: string, changes: Readonly<Record<string, unknown>>): number {
    const target = this.#channel(channel);
    for (const [entity, value] of Object.entries(changes)) {
      const change: PulledChange = value === undefined ? { entity, deleted: true } : { entity, value };
      target.latest.set(entity, { position: ++target.head, change });
    }
    for (const hint of target.hints) hint();
    return target.head;
  }

  /** Forgets what was deleted until now: whoever is behind must begin anew. */
  forgetTombstones(channel: string): void {
    const target = this.#channel(channel);
    for (const [entity, { change }] of target.latest)
      if (change.deleted === true) target.latest.delete(entity);
    target.floor = target.head;
  }

  source(channel: string): ChangeSource {
    return {
      pull: (since, context) => this.#pull(this.#channel(channel), since, context),
      listen: (hint, { signal }) => {
        const { hints } = this.#channel(channel);
        hints.add(hint);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            hints.delete(hint);
            reject(signal.reason as Error);
          });
        });
      },
      hasReached: (checkpoint, position) => {
        const [at, name] = position.split('@');
        return name === channel ? parseInt(checkpoint ?? '0') >= Number(at) : undefined;
      },
    };
  }

  async #pull(channel: Channel, since: string | undefined, { counts }: PullContext): Promise<SourcePage> {
    this.pulls++;
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    // While a load is under way, with the head when it began: it needs no tombstones from before.
    const [position = 0, began = position] = (since ?? '0').split('-').map(Number);
    if (position > 0 && began < channel.floor) return { kind: 'expired' };
    const later = [...channel.latest.values()]
      .filter((row) => row.position > position && (position > 0 || row.change.deleted !== true))
      .sort((a, b) => a.position - b.position);
    const page = later.slice(0, this.pageSize);
    const more = later.length > page.length;
    const reached = more ? Number(page.at(-1)?.position) : Math.max(position, channel.head);
    const start = position === 0 ? channel.head : began;
    return {
      kind: 'page',
      changes: page.map(({ change }) => change),
      checkpoint: more && reached < start ? `${reached}-${start}` : String(reached),
      more,
      ...(counts === true && { remaining: later.length - page.length }),
    };
  }

  #channel(name: string): Channel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { latest: new Map(), head: 0, floor: 0, hints: new Set() };
      this.#channels.set(name, channel);
    }
    return channel;
  }
}

interface Channel {
  readonly latest: Map<string, { readonly position: number; readonly change: PulledChange }>;
  head: number;
  floor: number;
  readonly hints: Set<() => void>;
}

/** What the server answers who may not read a channel. */
export function forbidden(): SyncError {
  return new SyncError('REJECTED', 'The server gives no changes: 403.', { details: { status: 403 } });
}

export function unreachable(): SyncError {
  return new SyncError('NETWORK_UNREACHABLE', 'No answer came.');
}
