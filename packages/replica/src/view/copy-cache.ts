import { LIST_LIMIT } from '../ports/bounds.js';
import { collectionOf } from '../ports/collection-of.js';
import type { ChannelState, ReplicaListPage, ReplicaRecord, ReplicaStore } from '../ports/replica-store.js';

/** What moved in the copy, and how far its channels are, at one moment. */
export interface CopyUpdate {
  /** `undefined` where all may have changed. */
  readonly changed: ReadonlySet<string> | undefined;
  readonly states: readonly ChannelState[];
}

/** A copy that moves while it is read is read again, but not for ever. */
const MAX_READS = 10;

/** The part of a copy that is shown, in memory: collections and single records, as of one moment. */
export class CopyCache {
  readonly #store: ReplicaStore;
  readonly #records = new Map<string, ReplicaRecord | undefined>();
  /** How many hold each collection, and each record. */
  readonly #collections = new Map<string, number>();
  readonly #held = new Map<string, number>();
  /** What is held, and not read yet. */
  readonly #unread = new Set<string>();
  /** Collections whose records are all here. */
  readonly #filled = new Set<string>();
  #revision = -1;

  constructor(store: ReplicaStore) {
    this.#store = store;
  }

  /** Whether all that is held has been read. */
  get isFilled(): boolean {
    return this.#unread.size === 0 && [...this.#collections.keys()].every((one) => this.#filled.has(one));
  }

  /** Keeps a record here. @returns what ends that */
  hold(entity: string): () => void {
    this.#held.set(entity, (this.#held.get(entity) ?? 0) + 1);
    if (!this.knows(entity)) this.#unread.add(entity);
    return once(() => {
      const left = (this.#held.get(entity) ?? 1) - 1;
      if (left > 0) this.#held.set(entity, left);
      else this.#held.delete(entity);
    });
  }

  /** Keeps a collection here. @returns what ends that */
  holdAll(collection: string): () => void {
    this.#collections.set(collection, (this.#collections.get(collection) ?? 0) + 1);
    return once(() => {
      const left = (this.#collections.get(collection) ?? 1) - 1;
      if (left > 0) {
        this.#collections.set(collection, left);
        return;
      }
      this.#collections.delete(collection);
      this.#filled.delete(collection);
      for (const entity of this.#records.keys())
        if (collectionOf(entity) === collection && !this.#held.has(entity)) this.#records.delete(entity);
    });
  }

  /** Whether the record was read, also where there is none. */
  knows(entity: string): boolean {
    return this.#records.has(entity) || this.#filled.has(collectionOf(entity));
  }

  get(entity: string): ReplicaRecord | undefined {
    return this.#records.get(entity);
  }

  *entitiesOf(collection: string): Iterable<string> {
    for (const [entity, record] of this.#records)
      if (record !== undefined && collectionOf(entity) === collection) yield entity;
  }

  /** Reads single records. */
  async load(entities: Iterable<string>): Promise<void> {
    for (const entity of entities) this.#records.set(entity, await this.#store.get(entity));
  }

  /** Forgets single records that nobody holds and that are not among these. */
  keepOnly(entities: Iterable<string>): void {
    const kept = new Set(entities);
    for (const entity of this.#records.keys()) {
      if (kept.has(entity) || this.#held.has(entity) || this.#filled.has(collectionOf(entity))) continue;
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
        this.#records.clear();
        this.#filled.clear();
        for (const entity of this.#held.keys()) this.#unread.add(entity);
      }
      for (const entity of moved ?? []) {
        changed.add(entity);
        if (this.knows(entity)) this.#unread.add(entity);
      }
      if (await this.#fill()) isAll = true;
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

  /** Reads what is held and not here. @returns whether there was a whole collection among it */
  async #fill(): Promise<boolean> {
    let hasFilled = false;
    for (const collection of [...this.#collections.keys()]) {
      if (this.#filled.has(collection)) continue;
      hasFilled = true;
      for (let after: string | undefined = ''; after !== undefined;) {
        const page: ReplicaListPage = await this.#store.list({ collection, after, limit: LIST_LIMIT });
        for (const record of page.records) this.#records.set(record.entity, record);
        after = page.next;
      }
      this.#filled.add(collection);
    }
    const unread = [...this.#unread];
    this.#unread.clear();
    await this.load(unread);
    return hasFilled;
  }
}

function once(end: () => void): () => void {
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    end();
  };
}
