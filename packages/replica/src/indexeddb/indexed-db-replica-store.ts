import { type Clock, SyncError, systemClock } from '@cpc/sync-core';
import { LIST_LIMIT } from '../ports/bounds.js';
import { NoticeHub } from '../ports/notice-hub.js';
import type {
  ChannelState,
  LeadRequest,
  ReplicaCommit,
  ReplicaListPage,
  ReplicaListQuery,
  ReplicaPage,
  ReplicaRecord,
  ReplicaStore,
} from '../ports/replica-store.js';
import { commitsBehind } from '../rules/listed.js';
import { ReplicaDatabase, type ReplicaTransaction } from './replica-database.js';
import { channelState, follow, get, leave, list, stateOf, sweep, write } from './replica-steps.js';

export interface IndexedDbReplicaStoreOptions {
  /** The database's name. @defaultValue 'cpc-replica' */
  readonly name?: string;
  /** How long another tab may keep the database from being opened, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/** A copy in IndexedDB, for all tabs and workers of an origin. */
export class IndexedDbReplicaStore implements ReplicaStore {
  readonly notices = new NoticeHub();
  readonly #name: string;
  readonly #database: ReplicaDatabase;
  #channel: BroadcastChannel | undefined;
  #isOpen = false;

  constructor(options: IndexedDbReplicaStoreOptions = {}) {
    const { name = 'cpc-replica', timeoutMs = 30_000, clock = systemClock } = options;
    this.#name = name;
    this.#database = new ReplicaDatabase({ name, timeoutMs, clock });
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    await this.#database.open();
    this.#isOpen = true;
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`cpc-replica:${this.#name}`);
    this.#channel.onmessage = () => this.notices.tell({ kind: 'changed' });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#channel?.close();
    this.#channel = undefined;
    await this.#database.close();
  }

  async channels(): Promise<readonly ChannelState[]> {
    const stored = await this.#read((tx) => tx.objectStore('channels').getAll());
    return stored.map(channelState);
  }

  async follow(channel: string): Promise<boolean> {
    const isNew = await this.#write((tx) => follow(tx, channel));
    if (isNew) this.#tell();
    return isNew;
  }

  async write(page: ReplicaPage): Promise<boolean> {
    const outcome = await this.#write((tx) => write(tx, page));
    if (outcome === 'stale') return false;
    this.#tell();
    if (outcome === 'shown') await this.#sweep();
    return true;
  }

  async leave(channel: string): Promise<boolean> {
    const wasThere = await this.#write((tx) => leave(tx, channel));
    if (!wasThere) return false;
    this.#tell();
    await this.#sweep();
    return true;
  }

  get(entity: string): Promise<ReplicaRecord | undefined> {
    return this.#read((tx) => get(tx, entity));
  }

  list({ collection, after = '', limit = LIST_LIMIT }: ReplicaListQuery): Promise<ReplicaListPage> {
    return this.#read((tx) => list(tx, collection, after, limit));
  }

  revision(): Promise<number> {
    return this.#read(async (tx) => (await stateOf(tx)).revision);
  }

  commitsSince(revision: number): Promise<readonly ReplicaCommit[] | undefined> {
    return this.#read(async (tx) => {
      const { revision: latest } = await stateOf(tx);
      const behind = await tx.objectStore('commits').getAll(IDBKeyRange.lowerBound(revision, true));
      return commitsBehind(behind, revision, latest);
    });
  }

  lead({ owner, now, leaseMs }: LeadRequest): Promise<boolean> {
    return this.#write(async (tx) => {
      const state = await stateOf(tx);
      const { lead } = state;
      if (lead !== undefined && lead.owner !== owner && lead.until > now) return false;
      await tx.objectStore('state').put({ ...state, lead: { owner, until: now + leaseMs } }, 'state');
      return true;
    });
  }

  resign(owner: string): Promise<void> {
    return this.#write(async (tx) => {
      const { lead, ...state } = await stateOf(tx);
      if (lead?.owner === owner) await tx.objectStore('state').put(state, 'state');
    });
  }

  #read<T>(work: (tx: ReplicaTransaction<'readonly'>) => Promise<T>): Promise<T> {
    return this.#isOpen ? this.#database.run('readonly', work) : Promise.reject(closed());
  }

  #write<T>(work: (tx: ReplicaTransaction<'readwrite'>) => Promise<T>): Promise<T> {
    return this.#isOpen ? this.#database.run('readwrite', work) : Promise.reject(closed());
  }

  /** What is no longer shown goes in transactions of its own; where one fails, the next write goes on. */
  async #sweep(): Promise<void> {
    try {
      while (this.#isOpen && (await this.#write(sweep)));
    } catch {
      // The garbage is still written down.
    }
  }

  #tell(): void {
    this.#channel?.postMessage('changed');
    this.notices.tell({ kind: 'changed' });
  }
}

function closed(): SyncError {
  return new SyncError('STORAGE_CLOSED', 'The copy is closed. Call open() first.');
}
