import type { QueuedOperation, SyncFailure } from '@cpc/sync-core';
import type { EffectOf } from './effect.js';
import type { RecordState } from './record-view.js';

/** An operation that the copy does not hold, and how it stands. */
export interface LaidOperation {
  readonly operation: QueuedOperation;
  /** `landed`: the server has it, and the copy does not yet. */
  readonly standing: 'waiting' | 'landed' | 'held' | 'failed';
  readonly failure?: SyncFailure;
}

/** What is laid over one entity. */
export interface Laid {
  /** Absent where the entity is not touched but only marked; `undefined` as a value where it is deleted. */
  readonly value?: { readonly now: unknown };
  readonly state: RecordState;
  readonly operations: readonly string[];
  readonly failure?: SyncFailure;
}

export interface LayOverParts {
  readonly effectOf: EffectOf;
  /** The copy's value; asked of every entity that an effect looks at. */
  readonly valueOf: (entity: string) => unknown;
  /** An effect threw; its operation is shown as waiting, without what it does. */
  readonly onDefect: (operation: QueuedOperation, error: unknown) => void;
}

export interface LaidOver {
  /** What lies over each entity that is touched. */
  readonly laid: ReadonlyMap<string, Laid>;
  /** The entities that each operation touches, by its id. */
  readonly touches: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Lays operations over the copy, in their order. Those that go, or have gone, change what is shown; those that are held
 * or failed only mark it, unless there would be nothing to mark.
 */
export function layOver(operations: readonly LaidOperation[], parts: LayOverParts): LaidOver {
  const going = new Draft(parts.valueOf);
  const stuck = new Draft((entity) => going.get(entity));
  const marks = new Map<string, LaidOperation[]>();
  const touches = new Map<string, ReadonlySet<string>>();
  for (const laid of operations) {
    const goes = laid.standing === 'waiting' || laid.standing === 'landed';
    const entities = touched(laid.operation, goes ? going : stuck, parts);
    touches.set(laid.operation.id, entities);
    for (const entity of entities) {
      const others = marks.get(entity);
      if (others === undefined) marks.set(entity, [laid]);
      else others.push(laid);
    }
  }
  const result = new Map<string, Laid>();
  for (const [entity, laid] of marks) result.set(entity, markOf(laid, shown(entity, going, stuck, parts)));
  return { laid: result, touches };
}

/** The entities that an operation concerns, after its effect on the draft. */
function touched(
  operation: QueuedOperation,
  draft: Draft,
  { effectOf, onDefect }: LayOverParts,
): Set<string> {
  const entities = new Set(operation.entity === undefined ? [] : [operation.entity]);
  const step = draft.step();
  try {
    effectOf(operation.kind)?.(step, operation);
    for (const entity of step.finish()) entities.add(entity);
  } catch (error) {
    onDefect(operation, error);
  }
  return entities;
}

function shown(entity: string, going: Draft, stuck: Draft, { valueOf }: LayOverParts): Laid['value'] {
  if (going.has(entity)) {
    const now = going.get(entity);
    if (now !== undefined || !stuck.has(entity)) return { now };
  }
  const isThere = !going.has(entity) && valueOf(entity) !== undefined;
  return isThere || !stuck.has(entity) ? undefined : { now: stuck.get(entity) };
}

function markOf(laid: readonly LaidOperation[], value: Laid['value']): Laid {
  const owed = laid.filter(({ standing }) => standing !== 'landed');
  const worst =
    owed.find(({ standing }) => standing === 'failed') ?? owed.find(({ standing }) => standing === 'held');
  const state = worst === undefined ? (owed.length > 0 ? 'pending' : 'synced') : stateOf(worst.standing);
  return {
    state,
    operations: owed.map(({ operation }) => operation.id),
    ...(value !== undefined && { value }),
    ...(worst?.failure !== undefined && { failure: worst.failure }),
  };
}

function stateOf(standing: LaidOperation['standing']): RecordState {
  return standing === 'failed' ? 'failed' : 'held';
}

/** Values over other values. */
class Draft {
  readonly #below: (entity: string) => unknown;
  readonly #values = new Map<string, unknown>();

  constructor(below: (entity: string) => unknown) {
    this.#below = below;
  }

  has(entity: string): boolean {
    return this.#values.has(entity);
  }

  get(entity: string): unknown {
    return this.#values.has(entity) ? this.#values.get(entity) : this.#below(entity);
  }

  /** What one effect does: it counts as a whole, or where the effect throws, not at all. */
  step(): {
    get(entity: string): unknown;
    set(entity: string, value: unknown): void;
    delete(entity: string): void;
    finish(): Iterable<string>;
  } {
    const changed = new Map<string, unknown>();
    return {
      // The effect's own: what it does to a value that it read counts when it sets it.
      get: (entity) => structuredClone(changed.has(entity) ? changed.get(entity) : this.get(entity)),
      set: (entity, value) => void changed.set(entity, value),
      delete: (entity) => void changed.set(entity, undefined),
      finish: () => {
        for (const [entity, value] of changed) this.#values.set(entity, value);
        return changed.keys();
      },
    };
  }
}
