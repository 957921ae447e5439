import { type SyncErrorCode, type SyncFailure, toFailure } from '@cpc/sync-core';
import { Observable } from 'rxjs';
import { Listeners } from '../follow/listeners.js';
import { collectionOf } from '../ports/collection-of.js';
import type { Replica } from '../replica.js';
import type { CopyCache } from './copy-cache.js';
import type { EffectOf } from './effect.js';
import { ListView } from './list-view.js';
import { Overlay } from './overlay.js';
import type { RecordView } from './record-view.js';
import type { ViewQueue } from './view-queue.js';

export interface RecordViewsParts {
  readonly replica: Pick<Replica, 'store' | 'pull' | 'hasReached'>;
  readonly queue: ViewQueue;
  /** What an operation of a kind does to records. */
  readonly effectOf: EffectOf;
}

export interface RecordsQuery<Value = unknown> {
  /** All of the entities' path but the last part: `orders` for `orders/7`. */
  readonly collection: string;
  /** @defaultValue all of them */
  readonly where?: (record: RecordView<Value>) => boolean;
  /** As `Array.prototype.sort` takes it; pure. @defaultValue by entity */
  readonly order?: (a: RecordView<Value>, b: RecordView<Value>) => number;
  /** @defaultValue no bound */
  readonly limit?: number;
}

/** Something that shows records, and is told when they change. */
interface Watcher {
  /** The copy, or what lies over it, changed; `undefined` where all may have. */
  readonly onChange: (changed: ReadonlySet<string> | undefined) => void;
}

/**
 * What the person sees: the copy with what waits laid over it, live.
 *
 * An operation lies over the copy from the moment it is enqueued, in any tab, until the very step in which what is shown
 * of the copy holds it: as the server tells in its acknowledgement (the position of the change), or, where it tells none,
 * by a pull that began after the acknowledgement. While an operation may be on its way, the records that it touches are
 * shown as they were before it was sent, with it laid over; so it is never there twice, though the feed were quicker than
 * the acknowledgement.
 */
export class RecordViews {
  /** What failed: the store, the queue, an effect, a listener. */
  readonly failures$: Observable<SyncFailure>;
  readonly #parts: RecordViewsParts;
  readonly #overlay: Overlay;
  readonly #copy: CopyCache;
  readonly #watchers = new Set<Watcher>();
  readonly #failures: Listeners<SyncFailure>;
  readonly #defects = new Set<string>();
  #isReady = false;
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;
  #stop: (() => void) | undefined;

  constructor(parts: RecordViewsParts) {
    this.#parts = parts;
    this.#overlay = new Overlay({
      ...parts,
      onDefect: ({ kind }, error) => this.#reportDefect(kind, error),
      onLearnt: () => void this.#refresh(),
    });
    this.#copy = this.#overlay.copy;
    this.#failures = new Listeners(() => undefined);
    this.failures$ = this.#failures.stream$;
  }

  /** One record: now, and again at each change; `undefined` while there is none. */
  record$<Value = unknown>(entity: string): Observable<RecordView<Value> | undefined> {
    return this.#watch<RecordView<Value> | undefined>((next) => {
      const release = this.#copy.hold(entity);
      let last: string | undefined;
      const tell = (): void => {
        const record = this.#view<Value>(entity);
        const text = record === undefined ? '' : JSON.stringify(record);
        if (text === last) return;
        last = text;
        next(record);
      };
      return {
        onChange: (changed) => {
          if (last === undefined || changed === undefined || changed.has(entity)) tell();
        },
        release,
      };
    });
  }

  /** The records of a collection: now, and again at each change, a new array each time. */
  records$<Value = unknown>(query: RecordsQuery<Value>): Observable<readonly RecordView<Value>[]> {
    const { collection, where, order = () => 0, limit = Infinity } = query;
    return this.#watch<readonly RecordView<Value>[]>((next) => {
      const release = this.#copy.holdAll(collection);
      const list = new ListView<Value>({ where, order, limit });
      let isFilled = false;
      return {
        onChange: (changed) => {
          if (changed === undefined || !isFilled) {
            list.fill(this.#collection<Value>(collection));
            isFilled = true;
          } else {
            const mine = [...changed].filter((entity) => collectionOf(entity) === collection);
            if (mine.length === 0) return;
            list.change(new Map(mine.map((entity) => [entity, this.#view<Value>(entity)])));
          }
          next(list.records);
        },
        release,
      };
    });
  }

  /** Leaves no subscription behind. Subscribers hear nothing more. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#watchers.clear();
  }

  #watch<T>(begin: (next: (value: T) => void) => Watcher & { readonly release: () => void }): Observable<T> {
    return new Observable<T>((subscriber) => {
      const { release, ...watcher } = begin((value) => subscriber.next(value));
      this.#watchers.add(watcher);
      this.#follow();
      // What is known already is shown at once; a cache that is too small for it is filled first.
      if (this.#isReady && this.#copy.isFilled) this.#tell(watcher, undefined);
      else void this.#refresh();
      return () => {
        this.#watchers.delete(watcher);
        release();
        if (this.#watchers.size === 0) this.close();
      };
    });
  }

  /** Follows the queue and the copy while anybody watches. */
  #follow(): void {
    if (this.#stop !== undefined) return;
    const { replica, queue } = this.#parts;
    const refresh = (): void => void this.#refresh();
    const subscriptions = [
      replica.store.notices.subscribe(refresh),
      queue.changes$.subscribe(refresh),
      queue.events$.subscribe(({ type }) => {
        if (type === 'principalChanged') this.#overlay.reset();
      }),
    ];
    this.#stop = () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
      this.#isReady = false;
    };
  }

  /** Reads what moved and tells; once more, where something moves meanwhile. Rejects never. */
  #refresh(): Promise<void> {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshWhileAsked().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refreshWhileAsked(): Promise<void> {
    while (this.#refreshAgain && this.#stop !== undefined) {
      this.#refreshAgain = false;
      try {
        await this.#step();
      } catch (error) {
        this.#fail(error, 'STORAGE_FAILED');
      }
    }
  }

  async #step(): Promise<void> {
    const moved = await this.#overlay.step();
    const all = !this.#isReady;
    this.#isReady = true;
    if (!all && moved?.size === 0) return;
    for (const watcher of [...this.#watchers]) this.#tell(watcher, all ? undefined : moved);
  }

  #view<Value>(entity: string): RecordView<Value> | undefined {
    const record = this.#copy.get(entity);
    const laid = this.#overlay.laid.get(entity);
    const value = laid?.value === undefined ? record?.value : laid.value.now;
    if (value === undefined) return undefined;
    return {
      entity,
      value: value as Value,
      state: laid?.state ?? 'synced',
      operations: laid?.operations ?? [],
      ...(record?.version !== undefined && { version: record.version }),
      ...(laid?.failure !== undefined && { failure: laid.failure }),
    };
  }

  *#collection<Value>(collection: string): Iterable<RecordView<Value>> {
    const entities = new Set(this.#copy.entitiesOf(collection));
    for (const entity of this.#overlay.laid.keys())
      if (collectionOf(entity) === collection) entities.add(entity);
    for (const entity of entities) {
      const view = this.#view<Value>(entity);
      if (view !== undefined) yield view;
    }
  }

  #tell(watcher: Watcher, changed: ReadonlySet<string> | undefined): void {
    try {
      watcher.onChange(changed);
    } catch (error) {
      this.#fail(error, 'LISTENER_FAILED');
    }
  }

  /** The first time: an effect runs again and again. */
  #reportDefect(kind: string, error: unknown): void {
    if (this.#defects.has(kind)) return;
    this.#defects.add(kind);
    this.#fail(error, 'LISTENER_FAILED');
  }

  #fail(error: unknown, code: SyncErrorCode): void {
    this.#failures.tell(toFailure(error, code));
  }
}
