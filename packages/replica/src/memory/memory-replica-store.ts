import { SyncError, type Subscribable } from '@cpc/sync-core';
import { KEPT_COMMITS, LIST_LIMIT } from '../ports/bounds.js';
import { collectionOf } from '../ports/collection-of.js';
import { byText } from '../ports/order.js';
import type {
  ChannelState,
  LeadRequest,
  ReplicaChange,
  ReplicaCommit,
  ReplicaListPage,
  ReplicaListQuery,
  ReplicaNotice,
  ReplicaPage,
  ReplicaRecord,
  ReplicaStore,
} from '../ports/replica-store.js';
import { commitOf, commitsBehind } from '../rules/listed.js';
import { planPage } from '../rules/plan-page.js';
import { NoticeHub } from '../ports/notice-hub.js';

interface Channel {
  state: ChannelState;
  shown: Map<string, Shown>;
  staged: Map<string, ReplicaChange>;
}

interface Shown {
  readonly change: ReplicaChange;
  readonly revision: number;
}

/** A copy in this object alone: for tests, and for data that is pulled anew at each start. */
export class MemoryReplicaStore implements ReplicaStore {
  readonly notices: Subscribable<ReplicaNotice>;
  readonly #hub = new NoticeHub();
  readonly #channels = new Map<string, Channel>();
  #commits: readonly ReplicaCommit[] = [];
  #revision = 0;
  #lead: { readonly owner: string; readonly until: number } | undefined;
  #isOpen = false;

  constructor() {
    this.notices = this.#hub;
  }

  open(): Promise<void> {
    this.#isOpen = true;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#isOpen = false;
    return Promise.resolve();
  }

  channels(): Promise<readonly ChannelState[]> {
    return this.#run(() =>
      [...this.#channels.values()].map(({ state }) => state).sort((a, b) => byText(a.channel, b.channel)),
    );
  }

  follow(channel: string): Promise<boolean> {
    return this.#run(() => {
      if (this.#channels.has(channel)) return false;
      this.#channels.set(channel, { state: { channel }, shown: new Map(), staged: new Map() });
      this.#hub.tell({ kind: 'changed' });
      return true;
    });
  }

  write(page: ReplicaPage): Promise<boolean> {
    return this.#run(() => this.#write(page));
  }

  leave(channel: string): Promise<boolean> {
    return this.#run(() => {
      const left = this.#channels.get(channel);
      if (left === undefined) return false;
      this.#channels.delete(channel);
      this.#show(left.shown.keys());
      return true;
    });
  }

  get(entity: string): Promise<ReplicaRecord | undefined> {
    return this.#run(() => this.#shownRecord(entity));
  }

  list({ collection, after = '', limit = LIST_LIMIT }: ReplicaListQuery): Promise<ReplicaListPage> {
    return this.#run(() => {
      const entities = new Set([...this.#channels.values()].flatMap(({ shown }) => [...shown.keys()]));
      const wanted = [...entities]
        .filter((entity) => collectionOf(entity) === collection && entity > after)
        .sort(byText);
      const records = wanted
        .slice(0, limit)
        .map((entity) => this.#shownRecord(entity))
        .filter((record) => record !== undefined);
      return wanted.length > limit ? { records, next: records.at(-1)?.entity ?? after } : { records };
    });
  }

  revision(): Promise<number> {
    return this.#run(() => this.#revision);
  }

  commitsSince(revision: number): Promise<readonly ReplicaCommit[] | undefined> {
    return this.#run(() => commitsBehind(this.#commits, revision, this.#revision));
  }

  lead({ owner, now, leaseMs }: LeadRequest): Promise<boolean> {
    return this.#run(() => {
      const held = this.#lead;
      if (held !== undefined && held.owner !== owner && held.until > now) return false;
      this.#lead = { owner, until: now + leaseMs };
      return true;
    });
  }

  resign(owner: string): Promise<void> {
    return this.#run(() => {
      if (this.#lead?.owner === owner) this.#lead = undefined;
    });
  }

  #write(page: ReplicaPage): boolean {
    const { channel, checkpoint } = page;
    const known = this.#channels.get(channel);
    const plan = planPage(known?.state, page);
    if (plan.kind === 'stale' || known === undefined) return false;
    const target = known;
    if (plan.dropsStaged) target.staged = new Map();
    for (const change of page.changes) target.staged.set(change.entity, structuredClone(change));
    if (plan.kind === 'stage') {
      const staged = { checkpoint, isLoad: plan.isLoad, changes: plan.changes };
      target.state = { ...target.state, staged };
      this.#hub.tell({ kind: 'changed' });
      return true;
    }
    const changed = plan.isLoad ? [...target.shown.keys(), ...target.staged.keys()] : target.staged.keys();
    const entities = new Set(changed);
    if (plan.isLoad) target.shown = new Map();
    for (const change of target.staged.values()) {
      if (change.deleted === true) target.shown.delete(change.entity);
      else target.shown.set(change.entity, { change, revision: this.#revision + 1 });
    }
    target.staged = new Map();
    target.state = { channel, shown: checkpoint };
    if (entities.size > 0) this.#show(entities);
    else this.#hub.tell({ kind: 'changed' });
    return true;
  }

  #show(entities: Iterable<string>): void {
    this.#revision++;
    this.#commits = [...this.#commits, commitOf(this.#revision, entities)].slice(-KEPT_COMMITS);
    this.#hub.tell({ kind: 'changed' });
  }

  #shownRecord(entity: string): ReplicaRecord | undefined {
    let latest: { readonly channel: string; readonly shown: Shown } | undefined;
    for (const [channel, { shown }] of this.#channels) {
      const found = shown.get(entity);
      if (found !== undefined && found.revision > (latest?.shown.revision ?? 0))
        latest = { channel, shown: found };
    }
    if (latest === undefined) return undefined;
    const { version, value } = latest.shown.change;
    // The reader's own: what is done to it changes nothing here.
    const record = { channel: latest.channel, entity, value: structuredClone(value) };
    return version === undefined ? record : { ...record, version };
  }

  #run<T>(step: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (!this.#isOpen) throw new SyncError('STORAGE_CLOSED', 'The copy is closed. Call open() first.');
      resolve(step());
    });
  }
}
