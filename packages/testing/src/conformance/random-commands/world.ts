import type { KnownKinds, NewOperation, StoredOperation } from '@cpc/sync-core';
import type { SeededRandom } from '@cpc/sync-core/deterministic';
import type { ModelEntry } from '../model/model-entry.js';
import type { ModelQueueStorage } from '../model/model-queue-storage.js';
import { operation, T0 } from '../queue-storage/storage-case.js';

const ENTITIES = [undefined, undefined, 'a', 'b', 'c', 'order:tmp0', 'order:tmp1', 'order:real0'];
const PRINCIPALS = [undefined, undefined, 'anna', 'ben'];

/** What the generator of commands knows: the model, the time, and what happened so far. */
export class World {
  readonly random: SeededRandom;
  readonly model: ModelQueueStorage;
  now = T0;
  /** The ids of each claim so far; empty once it is settled. */
  readonly claims: string[][] = [];
  readonly discarded: StoredOperation[] = [];
  /** The latest operations that were given to `enqueue`, wherever they are now. */
  readonly given: NewOperation[] = [];
  /** The latest ids that were named before they came. */
  readonly #early: string[] = [];
  #lastId = 0;

  constructor(random: SeededRandom, model: ModelQueueStorage) {
    this.random = random;
    this.model = model;
  }

  get entries(): readonly ModelEntry[] {
    return this.model.data.entries;
  }

  newId(): string {
    return `op${++this.#lastId}`;
  }

  /** Some ids from the queue, and now and then one that is not there. */
  someIds(most: number): readonly string[] {
    const { random, entries } = this;
    const ids = Array.from({ length: random.below(most + 1) }, () => {
      if (random.chance(0.1)) return this.given.length === 0 ? 'unknown' : random.pick(this.given).id;
      return entries.length === 0 ? 'unknown' : random.pick(entries).operation.id;
    });
    return [...new Set(ids)];
  }

  principals(): { readonly principals?: readonly (string | undefined)[] } {
    const { random } = this;
    return random.chance(0.6) ? {} : { principals: random.pick([[undefined], ['anna'], ['ben', undefined]]) };
  }

  /** Now and then a caller that does not know all kinds. */
  knows(): { readonly knows?: KnownKinds } {
    const { random } = this;
    return random.chance(0.7)
      ? {}
      : {
          knows: new Map([
            random.pick([
              ['a kind', 2],
              ['b kind', 1],
            ] as const),
          ]),
        };
  }

  principal(): string | undefined {
    return PRINCIPALS[this.random.below(PRINCIPALS.length)];
  }

  /** What an operation refers to: a thing that gets a permanent id now and then, or one that another makes. */
  #mentioned(): string {
    const { random, given } = this;
    return given.length === 0 || random.chance(0.5) ? `tmp${random.below(3)}` : random.pick(given).id;
  }

  newOperation(): NewOperation {
    const { random } = this;
    const entity = ENTITIES[random.below(ENTITIES.length)];
    const principal = this.principal();
    const coalesces = random.chance(0.3);
    const mention = random.chance(0.25) ? this.#mentioned() : undefined;
    const id = this.newId();
    const made = operation(id, {
      kind: random.pick(['a kind', 'a kind', 'b kind']),
      version: 1 + random.below(2),
      payload: JSON.stringify({ value: random.below(9), of: id, ...(mention && { mention }) }),
      references: [
        ...(mention ? [{ path: '/mention', id: mention }] : []),
        ...(mention && entity?.includes(mention) ? [{ path: '/mention', id: mention }] : []),
      ],
      priority: random.pick([25, 50, 75, 100]),
      rank: random.below(6),
      coalesces,
      dependsOn: this.#dependencies(),
      scheduledAt: random.chance(0.2) ? T0 + random.below(400) : T0,
      ...(random.chance(0.4) && { baseVersion: random.pick(['v0', 'v1']) }),
      ...(entity !== undefined && { entity }),
      ...(principal !== undefined && { principal }),
    });
    this.given.push(made);
    if (this.given.length > 40) this.given.shift();
    return made;
  }

  /** What an operation names: often nothing, at times what is to come, and that again once it came. */
  #dependencies(): readonly string[] {
    const { random } = this;
    const known = random.chance(0.7) ? [] : this.someIds(2);
    if (random.chance(0.75)) return known;
    const id = this.#early.length > 0 && random.chance(0.7) ? random.pick(this.#early) : this.#nextId();
    this.#early.push(id);
    if (this.#early.length > 4) this.#early.shift();
    return [...new Set([...known, id])];
  }

  /** An id that one of the next operations will have. */
  #nextId(): string {
    return `op${this.#lastId + 1 + this.random.below(3)}`;
  }
}
