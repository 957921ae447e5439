import { LIST_LIMIT } from '../ports/bounds.js';
import { collectionOf } from '../ports/collection-of.js';
import type { ChannelState, ReplicaListPage, ReplicaRecord, ReplicaStore } from '../ports/replica-store.js';
import { Holders } from './holders.js';

/** What moved in the copy, and how far its channels are, at one moment. */
export interface CopyUpdate {
  /** `undefined` where all may have changed. */
  readonly changed: ReadonlySet<string> | undefined;
  readonly states: readonly ChannelState[];
}

/** A copy that moves while it is read is read again, but not for ever. */
const MAX_READS = 10;

/**
 * The part of a copy that is shown, in memory: collections and single records, as of one moment. Some of them can be
 * frozen: they are shown as they were before they moved.
 */
export class CopyCache {
  readonly #store: ReplicaStore;
  readonly #records = new Map<string, ReplicaRecord | undefined>();
  /** Who keeps collections, and single records, here. */
  readonly #collections = new Holders();
  readonly #singles = new Holders();
  /** Records, and collections, that are to be read at the next update. */
  readonly #unread = new Set<string>();
  readonly #unfilled = new Set<string>();
  /** Collections whose records are all here. */
  readonly #filled = new Set<string>();
  /** What stood in the place of records that moved and were not thawed since. */
  readonly #before = new Map<string, ReplicaRecord | undefined>();
  #frozen: ReadonlySet<string> = new Set();
  #revision = -1;

  constructor(store: ReplicaStore) {
    this.#store = store;
  }

  /** Whether all that is held has been read. */
  get isFilled(): boolean {
    return this.#unread.size === 0 && this.#unfilled.size === 0;
  }

  /** Keeps a record here. @returns what ends that */
  hold(entity: string): () => void {
    if (!this.knows(entity)) this.#unread.add(entity);
    return this.#singles.hold(entity);
  }

  /** Keeps a collection here. @returns what ends that */
  holdAll(collection: string): () => void {
    if (!this.#filled.has(collection)) this.#unfilled.add(collection);
    return this.#collections.hold(collection, () => {
      this.#filled.delete(collection);
      this.#unfilled.delete(collection);
      for (const entity of this.#records.keys())
        if (collectionOf(entity) === collection && !this.#singles.has(entity)) this.#records.delete(entity);
    });
  }

  /** Reads these at the next update as well, and keeps them until `keepOnly`. */
  want(entities: Iterable<string>): void {
    for (const entity of entities) this.#unread.add(entity);
  }

  /** Whether the record was read, also where there is none. */
  knows(entity: string): boolean {
    return this.#records.has(entity) || this.#filled.has(collectionOf(entity));
  }

  get(entity: string): ReplicaRecord | undefined {
    const isFrozen = this.#frozen.has(entity) && this.#before.has(entity);
    return isFrozen ? this.#before.get(entity) : this.#records.get(entity);
  }

  *entitiesOf(collection: string): Iterable<string> {
    for (const [entity, record] of this.#records)
      if (record !== undefined && collectionOf(entity) === collection) yield entity;
  }

  /** Shows these as they were when they were last thawed, and all others as they are. */
  freeze(entities: ReadonlySet<string>): void {
    this.#frozen = entities;
  }

  /** All that is not frozen is thawed: as it is now is how it was before it moves the next time. */
  settle(): void {
    for (const entity of this.#before.keys()) if (!this.#frozen.has(entity)) this.#before.delete(entity);
  }

  /** Forgets single records that nobody holds and that are not among these. */
  keepOnly(entities: ReadonlySet<string>): void {
    for (const entity of this.#records.keys()) {
      if (entities.has(entity) || this.#singles.has(entity) || this.#filled.has(collectionOf(entity)))
        continue;
      this.#records.delete(entity);
    }
  }

  /** Brings what is here to the copy's latest step. */
  async update(): Promise<CopyUpdate> {
    const changed = new Set<string>();
    let isAll = false;
    for (let reads = 1; ; reads++) {
      const revision = await this.#store.revision();
      const moved = await this.#moved(revision);
      if (moved === undefined) {
        isAll = true;
        for (const collection of this.#filled) this.#unfilled.add(collection);
        for (const entity of this.#records.keys())
          if (!this.#filled.has(collectionOf(entity))) this.#unread.add(entity);
      }
      for (const entity of moved ?? []) {
        changed.add(entity);
        if (this.knows(entity)) this.#unread.add(entity);
      }
      if (await this.#read()) isAll = true;
      const states = await this.#store.channels();
      this.#revision = revision;
      // All at one moment, or what the copy just reached would be missing, or be there twice.
      if ((await this.#store.revision()) === revision || reads === MAX_READS)
        return { changed: isAll ? undefined : changed, states };
    }
  }

  /** What changed since the last update; `undefined` where that is not known. */
  async #moved(revision: number): Promise<ReadonlySet<string> | undefined> {
    if (revision === this.#revision) return new Set();
    const commits = revision < this.#revision ? undefined : await this.#store.commitsSince(this.#revision);
    const moved = new Set<string>();
    for (const { entities } of commits ?? [{ entities: undefined }]) {
      if (entities === undefined) return undefined;
      for (const entity of entities) moved.add(entity);
    }
    return moved;
  }

  /** Reads what is to be read. @returns whether there was a whole collection among it */
  async #read(): Promise<boolean> {
    const collections = [...this.#unfilled];
    for (const collection of collections) await this.#fill(collection);
    for (const entity of [...this.#unread]) {
      this.#put(entity, await this.#store.get(entity));
      this.#unread.delete(entity);
    }
    return collections.length > 0;
  }

  async #fill(collection: string): Promise<void> {
    const found = new Map<string, ReplicaRecord>();
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: ReplicaListPage = await this.#store.list({ collection, after, limit: LIST_LIMIT });
      for (const record of page.records) found.set(record.entity, record);
      after = page.next;
    }
    if (!this.#collections.has(collection)) return;
    for (const entity of this.#records.keys())
      if (collectionOf(entity) === collection && !found.has(entity)) this.#put(entity, undefined);
    for (const [entity, record] of found) this.#put(entity, record);
    this.#filled.add(collection);
    this.#unfilled.delete(collection);
  }

  #put(entity: string, record: ReplicaRecord | undefined): void {
    if (this.knows(entity) && !this.#before.has(entity)) this.#before.set(entity, this.#records.get(entity));
    this.#records.set(entity, record);
  }
}
