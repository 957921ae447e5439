import type { ChannelState, ReplicaChange, ReplicaPage, ReplicaStore } from '../ports/replica-store.js';

/** A case before it knows on what it runs. */
export type CaseBody = readonly [name: string, body: (open: OpenStores) => Promise<void>];

/** Opens stores for a case; the channels `a`, `b` and `stall` are followed. */
export interface OpenStores {
  readonly first: () => Promise<ReplicaStore>;
  /** A second one on the same place; the case ends well where the harness has none. */
  readonly second: (first: ReplicaStore) => Promise<ReplicaStore>;
  /** The same place in another object, after `close`. */
  readonly reopened: (store: ReplicaStore) => Promise<ReplicaStore>;
}

/** A page of the channel `stall`, the only one and the last where nothing else is said. */
export function page(part: Partial<ReplicaPage> & Pick<ReplicaPage, 'checkpoint'>): ReplicaPage {
  return { channel: 'stall', since: undefined, changes: [], reset: false, more: false, ...part };
}

/** The state of one of the channels. */
export async function stateOf(store: ReplicaStore, channel = 'stall'): Promise<ChannelState | undefined> {
  return (await store.channels()).find((state) => state.channel === channel);
}

export function put(entity: string, value: unknown, version?: string): ReplicaChange {
  return version === undefined ? { entity, value } : { entity, value, version };
}

export function gone(entity: string): ReplicaChange {
  return { entity, deleted: true };
}

/** The values that are shown in a collection, by entity. */
export async function shownIn(store: ReplicaStore, collection: string): Promise<Record<string, unknown>> {
  const { records } = await store.list({ collection });
  return Object.fromEntries(records.map(({ entity, value }) => [entity, value]));
}
