import type {
  AnyOperationDefinition,
  ConflictResolver,
  DeliveryOutcome,
  Operation,
  Resolution,
  StoredOperation,
} from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { ModelServer } from '../server/model-server.js';
import type { FaultSource, SimulationParts, Stage, Tab } from './cast.js';
import { SimDevice } from './device.js';
import { FAULT_RATES } from './fault-rates.js';
import { NEW_KIND, OPERATIONS, permanentIdOf, THING_KINDS } from './operations.js';
import { planWorld, type World } from './plan.js';
import { Referee } from './referee.js';
import { Scheduler } from './scheduler.js';
import { fateOf } from './sim-transport.js';
import type { SimulatedServer } from './simulated-network.js';
import { EPOCH_MS } from './sim-clock.js';

import { Witness } from './witness.js';

/** One history: devices, a network and a server, in virtual time, all from one seed. */
export class SimulatedWorld implements Stage {
  readonly seed: number;
  readonly options: SimulationParts;
  readonly scheduler = new Scheduler();
  readonly referee = new Referee(() => this.scheduler.now);
  readonly shape: World;
  readonly devices: readonly SimDevice[];
  readonly storageFaults: FaultSource;
  readonly networkFaults: FaultSource;
  readonly witness = new Witness(this.referee);
  readonly server: SimulatedServer = {
    handle: (operations) => this.#arrive(operations),
    now: () => EPOCH_MS + this.scheduler.now,
  };
  readonly definitions: readonly AnyOperationDefinition[];
  readonly resolver: ConflictResolver;
  readonly lines: string[] = [];
  faults = 0;
  /** Until when the server asks everybody to wait, and until when it is an older one. */
  laterUntil = 0;
  oldServerUntil = 0;
  readonly #isTraced: boolean;
  readonly #serverRandom: SeededRandom;
  readonly #server: ModelServer;

  constructor(seed: number, options: SimulationParts, isTraced: boolean) {
    this.seed = seed;
    this.options = options;
    this.#isTraced = isTraced;
    this.resolver = this.#observed(options.resolver ?? { resolve: (conflict) => this.#resolve(conflict) });
    this.definitions =
      options.operations?.map(({ definition }) => this.#withObservedConflict(definition)) ?? OPERATIONS;
    const rates = { ...FAULT_RATES, ...options.rates };
    this.storageFaults = { random: new SeededRandom(seed * 7 + 1), rates };
    this.networkFaults = { random: new SeededRandom(seed * 7 + 2), rates };
    this.#serverRandom = new SeededRandom(seed * 7 + 3);
    this.#server = new ModelServer({
      judge: (operation) => this.#judge(operation),
      answer: ({ kind, id }) => (kind === THING_KINDS.make ? { id: permanentIdOf(id) } : undefined),
    });
    this.shape = planWorld(new SeededRandom(seed * 7 + 4));
    this.devices = Array.from(
      { length: this.shape.devices },
      (_, index) => new SimDevice(this, index, this.shape.tabs),
    );
  }

  /** Counts a fault and writes it down. @returns true, to stand in a condition */
  fault(text: string, tab?: Tab): boolean {
    this.faults++;
    this.trace(tab, () => `! ${text}`);
    return true;
  }

  trace(tab: Tab | undefined, text: () => string): void {
    if (this.#isTraced) this.lines.push(`${this.scheduler.now} ${tab?.name ?? '-'} ${text()}`);
  }

  versionOf(entity: string): string | undefined {
    return this.#server.versionOf(entity);
  }

  /** Whether nothing but the faults of the day stands between an operation and its effect. */
  isGood({ id, payload, history }: StoredOperation): boolean {
    const { operations, judge, resolver } = this.options;
    if (resolver === undefined && history.some(({ code }) => code === 'RESOLVER_FAILED') && !isResolvable(id))
      return false;
    return operations === undefined ? payload.includes('"good"') : judge === undefined;
  }

  /** A request reaches the server. */
  #arrive(operations: readonly Operation[]): readonly DeliveryOutcome[] {
    const before = this.#server.ledger.length;
    const outcomes = this.#server.handle(operations);
    for (const { id } of this.#server.ledger.slice(before)) {
      const operation = operations.find((one) => one.id === id);
      this.witness.applied(operation);
      this.referee.applied(id, operation?.principal);
      this.trace(undefined, () => `the server applies ${id}`);
    }
    for (const [at, { kind }] of outcomes.entries())
      if (kind === 'conflict') this.witness.conflicted(operations[at]);
    const [reused] = this.#server.reusedKeys;
    if (reused !== undefined)
      this.referee.broken('identical repeats', `the key ${reused} came with two payloads`);
    return outcomes;
  }

  #judge(operation: Operation): DeliveryOutcome | undefined {
    const random = this.#serverRandom;
    const { rates } = this.networkFaults;
    const { now } = this.scheduler;
    if (now < this.laterUntil && this.fault('503'))
      return {
        kind: 'retry',
        scope: 'server',
        reason: { ...LATER, status: 503 },
        afterMs: random.below(60_000),
      };
    if (now < this.oldServerUntil && operation.kind === NEW_KIND && this.fault('404'))
      return {
        kind: 'retry',
        scope: 'request',
        reason: { code: 'KIND_UNKNOWN', message: 'Not yet.', status: 404 },
      };
    const judged = this.options.judge?.(operation);
    if (judged !== undefined) return judged;
    const fate = fateOf(operation);
    if (fate === 'refused')
      return { kind: 'rejected', reason: { code: 'REFUSED', message: 'No.', status: 422 } };
    if (fate === 'failing' || (random.chance(rates.serverError) && this.fault('500')))
      return { kind: 'retry', reason: { code: 'SERVER_RETRY', message: 'It failed.', status: 500 } };
    if (random.chance(rates.serverBusy) && this.fault('429')) {
      const afterMs = random.below(60_000);
      return { kind: 'retry', afterMs, reason: { code: 'SERVER_RETRY', message: 'Too many.', status: 429 } };
    }
    if (random.chance(rates.signedOut) && this.fault('401'))
      return {
        kind: 'unauthenticated',
        reason: { code: 'UNAUTHENTICATED', message: 'Sign in.', status: 401 },
      };
    return undefined;
  }

  /** A resolver whose decisions for the server the referee hears of: such a change has no effect, and rightly so. */
  #observed(resolver: ConflictResolver): ConflictResolver {
    return {
      resolve: async (conflict, context) => {
        const resolution = await resolver.resolve(conflict, context);
        const record = this.referee.record(conflict.operation.id);
        // Whatever a resolver of the caller's answers: the worker has to cope with it, and so has this.
        if ((resolution as Resolution | undefined)?.kind === 'use-remote' && record !== undefined)
          record.wasResolvedRemotely = true;
        return resolution;
      },
    };
  }

  #withObservedConflict(definition: AnyOperationDefinition): AnyOperationDefinition {
    const { conflict } = definition;
    return conflict === undefined ? definition : { ...definition, conflict: this.#observed(conflict) };
  }

  #resolve({
    operation,
    local,
  }: Parameters<ConflictResolver['resolve']>[0]): ReturnType<ConflictResolver['resolve']> {
    const choice = hash(operation.id) % 20;
    if (choice < 9) return { kind: 'use-local' };
    if (choice < 13) return { kind: 'merge', value: { ...(local as object), merged: operation.id } };
    if (choice < FIRST_UNRESOLVABLE) return { kind: 'use-remote' };
    if (choice === FIRST_UNRESOLVABLE) return { kind: 'defer' };
    if (choice === 18) return new Promise(() => undefined);
    throw new Error('A simulated defect of the resolver.');
  }
}

const LATER = { code: 'SERVER_RETRY', message: 'Later.' };

/** Which of twenty conflicts the resolver defers; those behind it it fails on. */
const FIRST_UNRESOLVABLE = 17;

function isResolvable(id: string): boolean {
  return hash(id) % 20 <= FIRST_UNRESOLVABLE;
}

/** FNV-1a, to make a choice that depends on the id alone. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}
