import type { SqlRow } from '@cpc/storage-sqlite';
import { KEPT_COMMITS, LISTED_ENTITIES } from '../ports/bounds.js';
import { collectionOf } from '../ports/collection-of.js';
import type {
  ChannelState,
  ReplicaChange,
  ReplicaCommit,
  ReplicaListPage,
  ReplicaPage,
  ReplicaRecord,
} from '../ports/replica-store.js';
import { commitOf, commitsBehind } from '../rules/listed.js';
import { planPage, type PagePlan } from '../rules/plan-page.js';
import { byCodePoints } from './by-code-points.js';
import type { ReplicaStatements } from './replica-statements.js';

/** How many records that are no longer shown one write removes. */
const SWEPT_AT_ONCE = 2_000;

/** A channel's row. */
interface Channel {
  readonly state: ChannelState;
  readonly generation: number;
  /** The step in which its generation was shown. */
  readonly revision: number;
  readonly stagedGeneration: number | null;
}

/** The steps of the port on the tables of an open transaction. */
export class ReplicaTables {
  readonly #sql: ReplicaStatements;

  constructor(sql: ReplicaStatements) {
    this.#sql = sql;
  }

  channels(): readonly ChannelState[] {
    return this.#sql.channels.all().map((row) => channelOf(row).state);
  }

  follow(channel: string): boolean {
    if (this.#sql.channel.get(channel) !== undefined) return false;
    this.#putChannel({ state: { channel }, generation: 0, revision: 0, stagedGeneration: null });
    return true;
  }

  write(page: ReplicaPage): boolean {
    const row = this.#sql.channel.get(page.channel);
    const channel = row && channelOf(row);
    const plan = planPage(channel?.state, page);
    if (plan.kind === 'stale' || channel === undefined) return false;
    if (plan.kind === 'show' && !plan.isLoad && channel.stagedGeneration === null)
      this.#layOver(channel, page);
    else this.#stage(channel, page, plan);
    this.sweep();
    return true;
  }

  leave(name: string): boolean {
    const row = this.#sql.channel.get(name);
    if (row === undefined) return false;
    const { generation, stagedGeneration } = channelOf(row);
    this.#commit(this.#entitiesOf(generation));
    this.#discard(generation);
    if (stagedGeneration !== null) this.#discard(stagedGeneration);
    this.#sql.removeChannel.run(name);
    return true;
  }

  get(entity: string): ReplicaRecord | undefined {
    const collection = collectionOf(entity);
    let found: { readonly record: ReplicaRecord; readonly revision: number } | undefined;
    for (const channel of this.#shown()) {
      const row = this.#sql.record.get(channel.generation, collection, entity);
      if (row === undefined) continue;
      const [version, value, own] = row as [string | null, string, number];
      const revision = Math.max(own, channel.revision);
      if (found === undefined || revision > found.revision)
        found = { record: recordOf(channel.state.channel, entity, version, value), revision };
    }
    return found?.record;
  }

  list(collection: string, after: string, limit: number): ReplicaListPage {
    const latest = new Map<string, { readonly record: ReplicaRecord; readonly revision: number }>();
    const channels = this.#shown();
    for (const channel of channels) {
      const rows = this.#sql.list.all(channel.generation, collection, after, limit + 1);
      for (const row of rows as readonly [string, string | null, string, number][]) {
        const [entity, version, value, own] = row;
        const revision = Math.max(own, channel.revision);
        if (revision >= (latest.get(entity)?.revision ?? 0))
          latest.set(entity, { record: recordOf(channel.state.channel, entity, version, value), revision });
      }
    }
    const all = [...latest.values()].map(({ record }) => record);
    // Rows of one channel come in their order; those of several are merged.
    if (channels.length > 1) all.sort((a, b) => byCodePoints(a.entity, b.entity));
    const records = all.slice(0, limit);
    return all.length > limit ? { records, next: records.at(-1)?.entity ?? after } : { records };
  }

  revision(): number {
    return this.#sql.revision.get()?.[0] as number;
  }

  commitsSince(revision: number): readonly ReplicaCommit[] | undefined {
    const kept = this.#sql.commits.all(revision).map(([at, entities]): ReplicaCommit => {
      return entities === null
        ? { revision: at as number }
        : { revision: at as number, entities: JSON.parse(entities as string) as string[] };
    });
    return commitsBehind(kept, revision, this.revision());
  }

  /** Removes some of what is no longer shown. @returns whether there may be more */
  sweep(): boolean {
    const generation = this.#sql.garbage.get()?.[0];
    if (generation === undefined) return false;
    if (this.#sql.sweep.run(generation, SWEPT_AT_ONCE) < SWEPT_AT_ONCE) this.#sql.swept.run(generation);
    return true;
  }

  #shown(): readonly Channel[] {
    return this.#sql.channels
      .all()
      .map(channelOf)
      .filter(({ state }) => state.shown !== undefined);
  }

  /** The usual case: one page, shown at once. */
  #layOver(channel: Channel, page: ReplicaPage): void {
    const revision = page.changes.length === 0 ? 0 : this.#commit(page.changes.map(({ entity }) => entity));
    for (const change of page.changes) this.#put(channel.generation, change, revision, false);
    this.#putChannel({ ...channel, state: { channel: page.channel, shown: page.checkpoint } });
  }

  #stage(known: Channel, page: ReplicaPage, plan: Exclude<PagePlan, { kind: 'stale' }>): void {
    const { channel: name, checkpoint } = page;
    if (plan.dropsStaged && known.stagedGeneration !== null) this.#discard(known.stagedGeneration);
    const dropped = plan.dropsStaged ? null : known.stagedGeneration;
    const stagedGeneration = dropped ?? (this.#sql.nextGeneration.get()?.[0] as number);
    for (const change of page.changes) this.#put(stagedGeneration, change, 0, !plan.isLoad);
    const { shown } = known.state;
    const staged = { checkpoint, isLoad: plan.isLoad, changes: plan.changes };
    const state = { channel: name, ...(shown !== undefined && { shown }), staged };
    const next = { ...known, state, stagedGeneration };
    if (plan.kind === 'stage') this.#putChannel(next);
    else this.#show(next, stagedGeneration, checkpoint);
  }

  #show(channel: Channel, stagedGeneration: number, checkpoint: string): void {
    const { generation, state } = channel;
    const shown = { channel: state.channel, shown: checkpoint };
    const staged = this.#entitiesOf(stagedGeneration);
    if (state.staged?.isLoad === true) {
      const before = this.#entitiesOf(generation);
      const changed = staged && before && [...before, ...staged];
      const revision = changed?.length === 0 ? channel.revision : this.#commit(changed);
      this.#discard(generation);
      this.#putChannel({ state: shown, generation: stagedGeneration, revision, stagedGeneration: null });
      return;
    }
    const revision = staged?.length === 0 ? 0 : this.#commit(staged);
    this.#sql.overlayGone.run(generation, stagedGeneration);
    this.#sql.overlay.run(generation, revision, stagedGeneration);
    this.#discard(stagedGeneration);
    this.#putChannel({ ...channel, state: shown, stagedGeneration: null });
  }

  /** @param keepsGone - whether a deletion is written down, to be laid over what is shown later */
  #put(generation: number, change: ReplicaChange, revision: number, keepsGone: boolean): void {
    const { entity, version = null, value, deleted } = change;
    const collection = collectionOf(entity);
    if (deleted === true && !keepsGone) this.#sql.remove.run(generation, collection, entity);
    else {
      const text = deleted === true ? null : JSON.stringify(value);
      this.#sql.put.run(generation, collection, entity, version, text, revision);
    }
  }

  #putChannel({ state, generation, revision, stagedGeneration }: Channel): void {
    const { channel, shown = null, staged } = state;
    const ahead = staged && [staged.checkpoint, Number(staged.isLoad), staged.changes];
    const [checkpoint, isLoad, changes] = ahead ?? [null, null, null];
    const values = [channel, generation, revision, shown, stagedGeneration, checkpoint, isLoad, changes];
    this.#sql.putChannel.run(...(values as (string | number | null)[]));
  }

  #discard(generation: number): void {
    if (generation > 0) this.#sql.discardGeneration.run(generation);
  }

  /** `undefined` where they are too many to list. */
  #entitiesOf(generation: number): readonly string[] | undefined {
    const rows = this.#sql.entities.all(generation, LISTED_ENTITIES + 1);
    return rows.length > LISTED_ENTITIES ? undefined : rows.map(([entity]) => entity as string);
  }

  #commit(changed: readonly string[] | undefined): number {
    const revision = this.#sql.nextRevision.get()?.[0] as number;
    const { entities } = commitOf(revision, changed);
    this.#sql.addCommit.run(revision, entities === undefined ? null : JSON.stringify(entities));
    this.#sql.forgetCommits.run(revision - KEPT_COMMITS);
    return revision;
  }
}

function channelOf(row: SqlRow): Channel {
  const [channel, generation, revision, shown, stagedGeneration, checkpoint, isLoad, changes] = row;
  const state: ChannelState = {
    channel: channel as string,
    ...(shown !== null && { shown: shown as string }),
    ...(checkpoint !== null && {
      staged: { checkpoint: checkpoint as string, isLoad: isLoad === 1, changes: changes as number },
    }),
  };
  return {
    state,
    generation: generation as number,
    revision: revision as number,
    stagedGeneration: stagedGeneration as number | null,
  };
}

function recordOf(channel: string, entity: string, version: string | null, value: string): ReplicaRecord {
  const record = { channel, entity, value: JSON.parse(value) as unknown };
  return version === null ? record : { ...record, version };
}
