import { SeededRandom } from '@cpc/sync-core/deterministic';
import { assertEqual, ConformanceFailure, show } from '../assert.js';
import { ModelQueueStorage } from '../model/model-queue-storage.js';
import { idsOf, type StorageCase, type StorageCaseContext } from '../queue-storage/storage-case.js';
import {
  clockBackCommand,
  discardCommand,
  replaceCommand,
  requeueCommand,
  restoreCommand,
  signInCommand,
} from './command-change.js';
import { claimCommand, renewCommand } from './command-claim.js';
import { enqueueCommand } from './command-enqueue.js';
import { settleCommand } from './command-settle.js';
import type { Command } from './command.js';
import { countsOf, nextDueOf, viewOf } from './view.js';
import { World } from './world.js';

const COMMANDS: readonly (readonly [weight: number, make: (world: World) => Command | undefined])[] = [
  [6, enqueueCommand],
  [7, claimCommand],
  [7, settleCommand],
  [2, renewCommand],
  [1, requeueCommand],
  [1, discardCommand],
  [1, replaceCommand],
  [1, restoreCommand],
  [1, signInCommand],
  [1, clockBackCommand],
];

/** A case that gives a storage and the reference model the same random commands and compares all they say. */
export function modelCase(seed: number, steps: number): StorageCase {
  return {
    name: `agrees with the reference model through ${steps} random steps, seed ${seed}`,
    body: (context) => new ModelRun(context, seed).run(steps),
  };
}

class ModelRun {
  readonly #context: StorageCaseContext;
  readonly #world: World;
  readonly #model = new ModelQueueStorage();
  readonly #modelTokens: number[] = [];
  readonly #tokens: number[] = [];
  readonly #log: string[] = [];
  #seenOutcomes = 0;

  constructor(context: StorageCaseContext, seed: number) {
    this.#context = context;
    this.#world = new World(new SeededRandom(seed), this.#model);
  }

  async run(steps: number): Promise<void> {
    await this.#model.open();
    for (let step = 0; step < steps; step++) {
      try {
        await this.#step();
      } catch (error) {
        const said = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
        const recent = this.#log.slice(-8).join('\n  ');
        throw new ConformanceFailure(`step ${step}: ${said}\nThe last commands:\n  ${recent}`);
      }
    }
  }

  async #step(): Promise<void> {
    const world = this.#world;
    const { storage } = this.#context;
    world.now += world.random.below(40);
    const command = this.#choose();
    if (command === undefined) return;
    this.#log.push(`at ${world.now}: ${command.text}`);
    const expected = await command.run(this.#model, this.#modelTokens);
    const actual = await command.run(storage, this.#tokens);
    assertEqual(actual, expected, `the answer of ${command.text.split(' ', 1).join('')}`);
    await this.#compare();
  }

  #choose(): Command | undefined {
    const total = COMMANDS.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#world.random.below(total);
    const [, make] = COMMANDS.find(([weight]) => (at -= weight) < 0) ?? [];
    const mayClaim = this.#context.storage.supports.concurrentClaims || !this.#isLeased();
    if (!mayClaim && (make === claimCommand || make === clockBackCommand)) return undefined;
    return make?.(this.#world);
  }

  #isLeased(): boolean {
    return this.#world.entries.some(({ wait, dueAt }) => wait === 'leased' && dueAt > this.#world.now);
  }

  async #compare(): Promise<void> {
    const { now, entries, random } = this.#world;
    const { storage } = this.#context;
    const [actual, expected] = [await viewOf(storage, now), await viewOf(this.#model, now)];
    for (const [index, one] of expected.entries()) assertEqual(actual[index], one, `operation ${index}`);
    assertEqual(actual.length, expected.length, 'the number of operations');
    assertEqual(await countsOf(storage), await countsOf(this.#model), 'the stats');
    assertEqual(await storage.signedIn(), await this.#model.signedIn(), 'who is signed in');
    if (storage.supports.concurrentClaims) {
      const whose = { ...this.#world.principals(), ...this.#world.knows() };
      const [due, expectedDue] = await Promise.all(
        [storage, this.#model].map((one) => nextDueOf(one, now, whose)),
      );
      assertEqual(
        due,
        expectedDue,
        `nextDue for ${show(whose.principals)} ${show([...(whose.knows ?? [])])}`,
      );
    }
    await this.#compareOutcomes();
    if (entries.length === 0) return;
    const { id } = random.pick(entries).operation;
    const blockers = async (from: typeof storage): Promise<readonly string[]> =>
      [...new Set(await from.blockersOf(id))].sort();
    if ((await this.#model.get(id))?.state === 'blocked')
      assertEqual(await blockers(storage), await blockers(this.#model), `the blockers of ${id}`);
    const followers = async (from: typeof storage): Promise<readonly string[]> =>
      idsOf(await from.followersOf(id));
    assertEqual(await followers(storage), await followers(this.#model), `the followers of ${id}`);
  }

  /** Those that came since the last comparison. */
  async #compareOutcomes(): Promise<void> {
    const query = { after: this.#seenOutcomes, limit: 1_000 };
    const { items, last } = await this.#model.outcomes(query);
    const { storage } = this.#context;
    assertEqual(await storage.outcomes(query), { items, last }, 'the outcomes');
    this.#seenOutcomes = last;
    const latest = items.at(-1);
    if (latest !== undefined)
      assertEqual(await storage.outcomeOf(latest.id), latest, `the outcome of ${latest.id}`);
  }
}
