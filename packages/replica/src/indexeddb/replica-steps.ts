import { KEPT_COMMITS, LISTED_ENTITIES } from '../ports/bounds.js';
import { collectionOf } from '../ports/collection-of.js';
import { byText } from '../ports/order.js';
import type {
  ChannelState,
  ReplicaChange,
  ReplicaListPage,
  ReplicaPage,
  ReplicaRecord,
} from '../ports/replica-store.js';
import { commitOf } from '../rules/listed.js';
import { planPage, type PagePlan } from '../rules/plan-page.js';
import type { ReplicaTransaction, StoredChannel, StoredRecord, StoredState } from './replica-database.js';

type Writing = ReplicaTransaction<'readwrite'>;
type Reading = ReplicaTransaction<'readonly' | 'readwrite'>;

const NOTHING: StoredState = { revision: 0, generation: 0, garbage: [] };

/** How many staged changes are laid over what is shown at a time. */
const LAID_AT_ONCE = 1_000;

export async function stateOf(tx: Reading): Promise<StoredState> {
  return (await tx.objectStore('state').get('state')) ?? NOTHING;
}

export async function follow(tx: Writing, channel: string): Promise<boolean> {
  const channels = tx.objectStore('channels');
  if ((await channels.get(channel)) !== undefined) return false;
  unheard(channels.put({ channel, generation: 0, revision: 0 }));
  return true;
}

/** @returns `stale`, or whether what is shown changed */
export async function write(tx: Writing, page: ReplicaPage): Promise<'stale' | 'staged' | 'shown'> {
  const known = await tx.objectStore('channels').get(page.channel);
  const plan = planPage(known && channelState(known), page);
  if (plan.kind === 'stale' || known === undefined) return 'stale';
  const step = new WriteStep(tx, await stateOf(tx));
  if (plan.kind === 'show' && !plan.isLoad && known.stagedGeneration === undefined) step.layOver(known, page);
  else await step.stage(known, page, plan);
  step.finish();
  return step.hasShown ? 'shown' : 'staged';
}

export async function leave(tx: Writing, channel: string): Promise<boolean> {
  const known = await tx.objectStore('channels').get(channel);
  if (known === undefined) return false;
  const step = new WriteStep(tx, await stateOf(tx));
  await step.leave(known);
  step.finish();
  return true;
}

export async function get(tx: Reading, entity: string): Promise<ReplicaRecord | undefined> {
  const collection = collectionOf(entity);
  let found: { readonly record: ReplicaRecord; readonly revision: number } | undefined;
  for (const channel of await shownChannels(tx)) {
    const stored = await tx.objectStore('records').get([channel.generation, collection, entity]);
    if (stored === undefined) continue;
    const revision = Math.max(stored.revision, channel.revision);
    if (found === undefined || revision > found.revision)
      found = { record: recordOf(channel.channel, entity, stored), revision };
  }
  return found?.record;
}

export async function list(
  tx: Reading,
  collection: string,
  after: string,
  limit: number,
): Promise<ReplicaListPage> {
  const latest = new Map<string, { readonly record: ReplicaRecord; readonly revision: number }>();
  const channels = await shownChannels(tx);
  for (const channel of channels) {
    const { generation } = channel;
    // Arrays are greater than all text.
    const range = IDBKeyRange.bound(
      [generation, collection, after],
      [generation, collection, []],
      true,
      true,
    );
    const records = tx.objectStore('records');
    const [keys, values] = await Promise.all([
      records.getAllKeys(range, limit + 1),
      records.getAll(range, limit + 1),
    ]);
    for (const [at, [, , entity]] of keys.entries()) {
      const stored = values[at] as StoredRecord;
      const revision = Math.max(stored.revision, channel.revision);
      if (revision >= (latest.get(entity)?.revision ?? 0))
        latest.set(entity, { record: recordOf(channel.channel, entity, stored), revision });
    }
  }
  const all = [...latest.values()].map(({ record }) => record);
  if (channels.length > 1) all.sort((a, b) => byText(a.entity, b.entity));
  const records = all.slice(0, limit);
  return all.length > limit ? { records, next: records.at(-1)?.entity ?? after } : { records };
}

/** One write under way: the state is read at its beginning and written at its end. */
class WriteStep {
  hasShown = false;
  readonly #tx: Writing;
  #state: StoredState;

  constructor(tx: Writing, state: StoredState) {
    this.#tx = tx;
    this.#state = state;
  }

  /** The usual case: one page, shown at once. */
  layOver(channel: StoredChannel, page: ReplicaPage): void {
    const revision = page.changes.length === 0 ? 0 : this.#commit(page.changes.map(({ entity }) => entity));
    for (const change of page.changes) this.#put(channel.generation, change, revision, false);
    this.#putChannel({ ...channel, shown: page.checkpoint });
  }

  async stage(
    known: StoredChannel,
    page: ReplicaPage,
    plan: Exclude<PagePlan, { kind: 'stale' }>,
  ): Promise<void> {
    if (plan.dropsStaged && known.stagedGeneration !== undefined) this.#discard(known.stagedGeneration);
    const kept = plan.dropsStaged ? undefined : known.stagedGeneration;
    const stagedGeneration = kept ?? this.#nextGeneration();
    for (const change of page.changes) this.#put(stagedGeneration, change, 0, !plan.isLoad);
    const staged = { checkpoint: page.checkpoint, isLoad: plan.isLoad, changes: plan.changes };
    if (plan.kind === 'stage') this.#putChannel({ ...known, staged, stagedGeneration });
    else await this.#show(known, plan.isLoad, stagedGeneration, page.checkpoint);
  }

  async leave({ channel, generation, stagedGeneration }: StoredChannel): Promise<void> {
    this.#commit(await this.#entitiesOf(generation));
    this.#discard(generation);
    if (stagedGeneration !== undefined) this.#discard(stagedGeneration);
    unheard(this.#tx.objectStore('channels').delete(channel));
  }

  finish(): void {
    unheard(this.#tx.objectStore('state').put(this.#state, 'state'));
  }

  async #show(
    channel: StoredChannel,
    isLoad: boolean,
    stagedGeneration: number,
    checkpoint: string,
  ): Promise<void> {
    const { channel: name, generation } = channel;
    const staged = await this.#entitiesOf(stagedGeneration);
    if (isLoad) {
      const before = await this.#entitiesOf(generation);
      const changed = staged && before && [...before, ...staged];
      const revision = changed?.length === 0 ? channel.revision : this.#commit(changed);
      this.#discard(generation);
      this.#putChannel({ channel: name, generation: stagedGeneration, revision, shown: checkpoint });
      return;
    }
    const revision = staged?.length === 0 ? 0 : this.#commit(staged);
    await this.#layAll(stagedGeneration, generation, revision);
    this.#discard(stagedGeneration);
    this.#putChannel({ channel: name, generation, revision: channel.revision, shown: checkpoint });
  }

  async #layAll(from: number, to: number, revision: number): Promise<void> {
    const records = this.#tx.objectStore('records');
    let range = generationRange(from);
    for (;;) {
      const [keys, values] = await Promise.all([
        records.getAllKeys(range, LAID_AT_ONCE),
        records.getAll(range, LAID_AT_ONCE),
      ]);
      for (const [at, [, collection, entity]] of keys.entries()) {
        const stored = values[at] as StoredRecord;
        const key: [number, string, string] = [to, collection, entity];
        unheard(stored.gone === true ? records.delete(key) : records.put({ ...stored, revision }, key));
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < LAID_AT_ONCE) return;
      range = IDBKeyRange.bound(last, [from, []], true, true);
    }
  }

  #put(generation: number, change: ReplicaChange, revision: number, keepsGone: boolean): void {
    const { entity, version, value, deleted } = change;
    const records = this.#tx.objectStore('records');
    const key: [number, string, string] = [generation, collectionOf(entity), entity];
    if (deleted === true && !keepsGone) unheard(records.delete(key));
    else if (deleted === true) unheard(records.put({ gone: true, revision }, key));
    else unheard(records.put({ ...(version !== undefined && { version }), value, revision }, key));
  }

  #putChannel(channel: StoredChannel): void {
    unheard(this.#tx.objectStore('channels').put(channel));
  }

  /** `undefined` where they are too many to list. */
  async #entitiesOf(generation: number): Promise<readonly string[] | undefined> {
    const keys = await this.#tx
      .objectStore('records')
      .getAllKeys(generationRange(generation), LISTED_ENTITIES + 1);
    return keys.length > LISTED_ENTITIES ? undefined : keys.map(([, , entity]) => entity);
  }

  #nextGeneration(): number {
    const generation = this.#state.generation + 1;
    this.#state = { ...this.#state, generation };
    return generation;
  }

  #discard(generation: number): void {
    if (generation > 0) this.#state = { ...this.#state, garbage: [...this.#state.garbage, generation] };
  }

  #commit(changed: readonly string[] | undefined): number {
    const revision = this.#state.revision + 1;
    this.#state = { ...this.#state, revision };
    this.hasShown = true;
    const commits = this.#tx.objectStore('commits');
    unheard(commits.put(commitOf(revision, changed)));
    unheard(commits.delete(revision - KEPT_COMMITS));
    return revision;
  }
}

/** Removes a generation that is no longer shown. @returns whether there may be more */
export async function sweep(tx: Writing): Promise<boolean> {
  const state = await stateOf(tx);
  const [generation, ...garbage] = state.garbage;
  if (generation === undefined) return false;
  unheard(tx.objectStore('records').delete(generationRange(generation)));
  unheard(tx.objectStore('state').put({ ...state, garbage }, 'state'));
  return garbage.length > 0;
}

export function channelState({ channel, shown, staged }: StoredChannel): ChannelState {
  return { channel, ...(shown !== undefined && { shown }), ...(staged !== undefined && { staged }) };
}

async function shownChannels(tx: Reading): Promise<readonly StoredChannel[]> {
  return (await tx.objectStore('channels').getAll()).filter(({ shown }) => shown !== undefined);
}

/** A write that fails aborts its transaction, and that is where the failure is heard. */
function unheard(write: Promise<unknown>): void {
  write.catch(() => undefined);
}

function generationRange(generation: number): IDBKeyRange {
  return IDBKeyRange.bound([generation], [generation, []], false, true);
}

function recordOf(channel: string, entity: string, { version, value }: StoredRecord): ReplicaRecord {
  const record = { channel, entity, value };
  return version === undefined ? record : { ...record, version };
}
