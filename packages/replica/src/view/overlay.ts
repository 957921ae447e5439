import type { QueuedOperation } from '@cpc/sync-core';
import type { ChannelState } from '../ports/replica-store.js';
import type { Replica } from '../replica.js';
import { CopyCache } from './copy-cache.js';
import type { EffectOf } from './effect.js';
import { type LaidOver, layOver } from './lay-over.js';
import { OperationBoard } from './operation-board.js';
import { overlayEdge, type OverlayEdgeParts } from './overlay-edge.js';
import type { ViewQueue } from './view-queue.js';

export interface OverlayParts {
  readonly replica: Pick<Replica, 'store' | 'pull' | 'hasReached'>;
  readonly queue: ViewQueue;
  readonly effectOf: EffectOf;
  /** An effect threw. */
  readonly onDefect: (operation: QueuedOperation, error: unknown) => void;
  /** A pull told what an acknowledgement did not: a step is due. */
  readonly onLearnt: () => void;
}

/** The copy and what lies over it, brought to the latest in steps; each ends with both as of one moment. */
export class Overlay {
  readonly copy: CopyCache;
  readonly #parts: OverlayParts;
  readonly #board: OperationBoard;
  #laid: LaidOver = { laid: new Map(), touches: new Map() };
  /** Delivered operations whose position tells nothing: a pull was asked for, and has come through. */
  readonly #asked = new Set<string>();
  readonly #pulled = new Set<string>();
  /** What moved in the copy since the last step that came to its end; `undefined` where all may have. */
  #moved: ReadonlySet<string> | undefined = new Set();

  constructor(parts: OverlayParts) {
    this.#parts = parts;
    this.copy = new CopyCache(parts.replica.store);
    this.#board = new OperationBoard(parts.queue);
  }

  /** What lies over each entity that is touched. */
  get laid(): LaidOver['laid'] {
    return this.#laid.laid;
  }

  /** Somebody else looks from now on. */
  reset(): void {
    this.#board.reset();
  }

  /** @returns the entities that may be shown otherwise than before; `undefined` for all */
  async step(): Promise<ReadonlySet<string> | undefined> {
    const { laid, asked, over } = await this.#read();
    for (const id of over) this.#forget(id);
    this.copy.settle();
    this.copy.keepOnly(asked);
    const moved = this.#moved && unionOf(this.#moved, this.laid.keys(), laid.laid.keys());
    this.#moved = new Set();
    this.#laid = laid;
    return moved;
  }

  /** Reads the copy and the queue; again, where an effect asked for a record that was not read. */
  async #read(): Promise<LaidAt> {
    for (;;) {
      const pulled = new Set(this.#pulled);
      // The copy first: what was not sent when the board is read cannot be in it.
      const { changed, states } = await this.copy.update();
      this.#moved = changed && this.#moved && unionOf(this.#moved, changed);
      await this.#board.read();
      const laid = this.#layOver(this.#whereTheyStand(states, pulled));
      const missing = [...laid.asked].filter((entity) => !this.copy.knows(entity));
      if (missing.length === 0) return laid;
      this.copy.want(missing);
    }
  }

  /** Lays over the copy what it does not hold; again, where that turns out to touch more than was known. */
  #layOver(known: Standing): LaidAt {
    const { effectOf, onDefect } = this.#parts;
    const operations = this.#board.operations;
    const asked = new Set<string>();
    const valueOf = (entity: string): unknown => {
      asked.add(entity);
      return this.copy.get(entity)?.value;
    };
    for (let { touches } = this.#laid; ;) {
      const { frozen, over } = overlayEdge({ ...known, touches });
      this.copy.freeze(frozen);
      const left = operations.filter(({ operation }) => !over.has(operation.id));
      const laid = layOver(left, { effectOf, valueOf, onDefect });
      const seen = mergedOf(touches, laid.touches);
      if (seen === touches) return { laid, asked, over };
      touches = seen;
    }
  }

  #whereTheyStand(states: readonly ChannelState[], pulled: ReadonlySet<string>): Standing {
    const uncertain = [...this.#board.uncertain];
    const reached: string[] = [];
    for (const { operation, position } of this.#board.landed) {
      const { id } = operation;
      const told = position === undefined ? undefined : this.#parts.replica.hasReached(position, states);
      const isReached = pulled.has(id) || told;
      if (isReached === true) reached.push(id);
      if (isReached !== undefined) continue;
      uncertain.push(id);
      if (!this.#asked.has(id)) this.#learnByPull(id);
    }
    return { uncertain, reached };
  }

  #forget(id: string): void {
    this.#board.forget(id);
    this.#asked.delete(id);
    this.#pulled.delete(id);
  }

  /** Without a position: a pull that begins now brings it. Where it fails, it stays laid over until one comes through. */
  #learnByPull(id: string): void {
    const { replica, onLearnt } = this.#parts;
    this.#asked.add(id);
    replica.pull().then(
      () => {
        this.#pulled.add(id);
        onLearnt();
      },
      () => this.#awaitPull(id),
    );
  }

  #awaitPull(id: string): void {
    const subscription = this.#parts.replica.store.notices.subscribe(() => {
      subscription.unsubscribe();
      this.#learnByPull(id);
    });
  }
}

type Standing = Pick<OverlayEdgeParts, 'uncertain' | 'reached'>;

interface LaidAt {
  readonly laid: LaidOver;
  /** What the effects looked at. */
  readonly asked: ReadonlySet<string>;
  /** What no longer lies over the copy. */
  readonly over: ReadonlySet<string>;
}

function unionOf(...sets: readonly Iterable<string>[]): ReadonlySet<string> {
  const union = new Set<string>();
  for (const set of sets) for (const one of set) union.add(one);
  return union;
}

type Touches = LaidOver['touches'];

/** All that operations touch, in either way of laying them over; the same object where nothing is new. */
function mergedOf(known: Touches, found: Touches): Touches {
  let merged: Map<string, ReadonlySet<string>> | undefined;
  for (const [id, entities] of found) {
    const before = known.get(id);
    if (before !== undefined && [...entities].every((entity) => before.has(entity))) continue;
    merged ??= new Map(known);
    merged.set(id, new Set([...(before ?? []), ...entities]));
  }
  return merged ?? known;
}
