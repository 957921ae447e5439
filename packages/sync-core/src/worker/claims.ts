import type { Settlement } from '../ports/queue-storage.js';
import type { Transport } from '../ports/transport.js';
import type { QueueContext } from '../queue/queue-context.js';
import type { Gate } from './gate.js';
import { ofOnePrincipal } from './one-principal.js';
import type { SteadyTime } from './steady-time.js';
import { candidatesOf, type Claimed, lanesOf, type Run, type Seats, turnsOf } from './turns.js';
import type { WorkerSettings } from './worker-options.js';

export interface ClaimsCollaborators {
  readonly context: QueueContext;
  readonly transport: Transport;
  readonly settings: WorkerSettings;
  readonly gate: Gate;
  readonly time: SteadyTime;
}

/** What is free, in sends. */
export interface FreeSends {
  readonly all: number;
  readonly forTried: number;
}

/** How many operations a claim looks at where all that it found were tried before, and how often it looks in a row. */
const LOOK = 128;
const MAX_LOOKS = 4;

/**
 * Claims what may be sent now. Where the queue gives those first that were tried before, it looks past them for what is
 * fresh, and puts aside those that there is no room for: they are called from the gate's waiting room when there is.
 */
export class Claims {
  readonly #with: ClaimsCollaborators;
  /** How many operations a send carries at most. */
  readonly batchSize: number;
  readonly #perEntity: number;

  constructor(collaborators: ClaimsCollaborators) {
    this.#with = collaborators;
    const { settings, transport } = collaborators;
    this.batchSize = Math.min(settings.batchSize, transport.maxBatchSize ?? 1);
    this.#perEntity = transport.keepsOrder === true ? this.batchSize : 1;
  }

  /**
   * @param freshFirst - see {@link Seats.freshFirst}
   * @returns what is to be sent, each for itself; nothing where the queue has nothing that may go
   */
  async take(free: FreeSends, freshFirst: boolean): Promise<readonly Run[]> {
    const fresh: Run[] = [];
    const tried: Run[] = [];
    const back: Run[] = [];
    // Operations of one entity must not be split over two sends, so such a claim is one batch.
    let limit = this.#perEntity > 1 ? this.batchSize : this.batchSize * free.all;
    for (let look = 0; look < MAX_LOOKS; look++) {
      const claimed = await this.#claim(limit);
      const [mine, others] = ofOnePrincipal(claimed.claim.operations);
      const candidates = candidatesOf({ ...claimed, operations: mine });
      fresh.push(...candidates.fresh);
      tried.push(...candidates.tried);
      back.push(...candidates.behind, { ...claimed, operations: others });
      const isAll = claimed.claim.operations.length < limit;
      const wanted = freshFirst ? 1 : free.all - Math.min(free.forTried, tried.length);
      if (isAll || candidates.tried.length === 0 || fresh.length >= wanted) break;
      limit = Math.max(LOOK, limit);
    }
    const turns = turnsOf({ fresh, tried }, this.#seats(free, freshFirst));
    await this.#giveBack(turns.left, [...turns.behind, ...back]);
    return turns.sends;
  }

  #seats({ all, forTried }: FreeSends, freshFirst: boolean): Seats {
    const sendLimit = (id: string): number => this.#with.gate.sendLimit(id);
    return { free: all, freeForTried: forTried, batchSize: this.batchSize, sendLimit, freshFirst };
  }

  async #claim(limit: number): Promise<Claimed> {
    const { settings, gate, context, time } = this.#with;
    const { storage, clock, session, registry } = context;
    // A sign-in that is not stored yet: until it is, the storage would answer for somebody else.
    await session.ready();
    const claimedAt = clock.monotonicMs();
    const { principal, turn } = session;
    const knows = registry.sendableKinds;
    const claim = await storage.claim({
      now: time.now(),
      limit,
      leaseMs: settings.leaseMs,
      perEntity: this.#perEntity,
      principals: gate.whose(),
      ...(settings.principals === undefined && { signedIn: { principal } }),
      ...(knows && { knows }),
    });
    // The queue hears of it and calls the loop, which claims for who is signed in.
    if (claim.signedIn !== undefined) session.heard(claim.signedIn, turn);
    return { claim, claimedAt };
  }

  /**
   * What is fresh, or stands behind another one, may go as soon as there is room. What was tried before is put aside,
   * that the next claim may look past it.
   */
  async #giveBack(left: readonly Run[], behind: readonly Run[]): Promise<void> {
    const { gate, context } = this.#with;
    const settlements = new Map<number, Settlement[]>();
    const aside: string[] = [];
    const giveBack = ({ claim }: Run, settlement: Settlement): void => {
      const others = settlements.get(claim.token);
      if (others === undefined) settlements.set(claim.token, [settlement]);
      else others.push(settlement);
    };
    for (const run of left)
      for (const lane of lanesOf(run.operations))
        for (const [at, { id, attempted }] of lane.entries()) {
          // Those behind a head that is put aside wait with it.
          const isAside = at === 0 && attempted;
          giveBack(run, isAside ? this.#putAside(id) : unsent(id));
          if (isAside) aside.push(id);
        }
    for (const run of behind) for (const { id } of run.operations) giveBack(run, unsent(id));
    for (const [token, own] of settlements) await context.storage.settle(token, own);
    for (const id of aside) gate.room.enter(id);
  }

  #putAside(id: string): Settlement {
    const { gate, context } = this.#with;
    const delayMs = gate.asideMs;
    return { id, kind: 'reschedule', dueAt: context.clock.now() + delayMs, delayMs, counts: false };
  }
}

function unsent(id: string): Settlement {
  return { id, kind: 'release', sent: false };
}
