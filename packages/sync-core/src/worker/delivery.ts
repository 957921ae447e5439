import { toFailure } from '../errors/to-failure.js';
import { checkText } from '../operation/check.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { originOf } from '../operation/origin.js';
import { decide, type DeliveryPolicy, type DeliveryRules, type FinalOutcome } from '../outcome/decide.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import type { Claim, Settlement, SettleResult } from '../ports/queue-storage.js';
import type { Transport } from '../ports/transport.js';
import { type QueueContext, tracked } from '../queue/queue-context.js';
import type { Gate } from './gate.js';
import type { Identity } from './identity.js';
import { LeaseKeeper } from './lease-keeper.js';
import { type ProcessingSummary, SummaryCollector } from './processing-summary.js';
import { deedOf, type Report, reportOf, settlementOf, skipped } from './report.js';
import { resolveConflict } from './resolve-conflict.js';
import { send, type SendOutcome } from './send.js';
import { sleep } from './sleep.js';
import type { SteadyTime } from './steady-time.js';
import type { WorkerSettings } from './worker-options.js';

export interface DeliveryCollaborators {
  readonly context: QueueContext;
  readonly transport: Transport;
  readonly resolver: ConflictResolver;
  readonly settings: WorkerSettings;
  readonly policy: DeliveryPolicy;
  readonly rules: DeliveryRules;
  /** Asked before a send begins, and told what it met. */
  readonly gate: Gate;
  /** Asked before a send whether the server takes this device for its principal. */
  readonly identity: Identity;
  /** Aborts the renewal of credentials that a send asks for. */
  readonly refreshSignal: () => AbortSignal;
  /** Tells whether an operation's time is over. */
  readonly time: SteadyTime;
}

/** Operations under one claim and one principal, on their way. */
export interface Batch {
  readonly claim: Claim;
  readonly operations: readonly StoredOperation[];
  /** When the claim was made, in monotonic milliseconds. */
  readonly claimedAt: number;
  /** Gives up the send: the worker stops, or the principal is no longer signed in. */
  readonly signal: AbortSignal;
  /** The answer has come, and resolvers are asked about it; called again when they have spoken. */
  readonly onThinking: (isThinking: boolean) => void;
}

/** When an attempt began, in milliseconds since the epoch, and how long it took. */
interface Times {
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Settlements, by their place, are stored, or have turned out to be somebody else's. */
type Settled = (results: readonly (readonly [at: number, result: SettleResult])[]) => Promise<void>;

type RetryOutcome = Extract<DeliveryOutcome, { kind: 'retry' }>;

/** Takes a batch from its claim to its settlement. Rejects never: what fails is told as an event. */
export class Delivery {
  readonly #with: DeliveryCollaborators;
  /** The server was seen to take what was never sent before at this age. */
  #takenAgeMs = OLD_KEY_MS;

  constructor(collaborators: DeliveryCollaborators) {
    this.#with = collaborators;
  }

  async deliver(batch: Batch): Promise<ProcessingSummary> {
    const { context, settings } = this.#with;
    const reports: Report[] = [];
    const sendable = this.#sift(batch.operations, reports);
    if (sendable.length > 0) {
      const ids = sendable.map(({ id }) => id);
      const lease = new LeaseKeeper(context, batch.claim, settings.leaseMs, batch.claimedAt, ids);
      reports.push(...(await this.#attempt(sendable, batch, lease)));
    }
    return tracked(context, this.#settleAndTell(batch, reports));
  }

  async #settleAndTell(batch: Batch, reports: readonly Report[]): Promise<ProcessingSummary> {
    const { clock, registry, hub, outcomes } = this.#with.context;
    const settlements = reports.map((report) =>
      settlementOf(report, clock.now(), registry.afterFailure(report.operation.kind)),
    );
    const summary = new SummaryCollector();
    const settled: Settled = (found) =>
      outcomes.tell(
        found.map(([at, result]) =>
          deedOf(hub, reports[at] as Report, settlements[at] as Settlement, result, summary),
        ),
      );
    await this.#settle(batch, settlements, settled);
    this.#with.gate.settled(reports.map(({ operation }) => operation.id));
    return summary;
  }

  /** Puts aside what cannot be sent, with the settlement that it needs, and what stands behind it. */
  #sift(operations: readonly StoredOperation[], reports: Report[]): readonly StoredOperation[] {
    const { time } = this.#with;
    const held = new Set<string>();
    const bases = new Map<string, string>();
    return operations.filter((operation) => {
      const { entity, baseVersion } = operation;
      if (entity !== undefined && !held.has(entity)) {
        const changed = bases.get(entity);
        // On the version that one ahead in the batch changes, or may change: it goes when that one's answer brought the
        // new version.
        const isOvertaken = changed !== undefined && (changed === UNGUARDED || changed === baseVersion);
        if (baseVersion !== undefined && isOvertaken && !operation.attempted) held.add(entity);
        bases.set(entity, baseVersion ?? UNGUARDED);
      }
      if (entity !== undefined && held.has(entity)) {
        reports.push(released(operation, false));
        return false;
      }
      const report = this.#unsendable(operation);
      if (report === undefined) {
        // Where the server no longer remembers so old a key, those behind it stay what they are: never sent.
        const isOld = time.isPast(operation.createdAt + this.#takenAgeMs + SAME_AGE_MS);
        if (entity !== undefined && isOld) held.add(entity);
        return true;
      }
      reports.push(report);
      if (entity !== undefined && report.settlement.kind !== 'remove') held.add(entity);
      return false;
    });
  }

  #unsendable(operation: StoredOperation): Report | undefined {
    const { context, time } = this.#with;
    const { id, expiresAt } = operation;
    if (expiresAt !== undefined && time.isPast(expiresAt)) {
      const reason = { code: 'OPERATION_EXPIRED', message: 'Was not sent in time.' };
      return skipped(operation, { id, kind: 'remove' }, { type: 'expired' }, reason);
    }
    try {
      const sendable = context.registry.sendable(operation);
      if (sendable === operation) return undefined;
      const settlement = { id, kind: 'replace', operation: sendable } as const;
      return skipped(operation, settlement, { type: 'replaced', replacedBy: id });
    } catch (error) {
      const failure = toFailure(error, 'OPERATION_UPCAST_FAILED');
      const settlement = { id, kind: 'hold', state: 'parked', failure, counts: false, sent: false } as const;
      return skipped(operation, settlement, { type: 'parked', failure }, failure);
    }
  }

  async #attempt(
    operations: readonly StoredOperation[],
    batch: Batch,
    lease: LeaseKeeper,
  ): Promise<readonly Report[]> {
    const held = await lease.held();
    const mine = operations.filter(({ id }) => held.has(id));
    const lost = operations.filter(({ id }) => !held.has(id)).map((operation) => released(operation, false));
    const signal = AbortSignal.any([batch.signal, lease.signal]);
    // Paused while the claim was under way: nothing new is sent.
    if (mine.length === 0 || signal.aborted || this.#with.gate.isPaused)
      return [...lost, ...mine.map((operation) => released(operation, false))];
    lease.start();
    try {
      return [...lost, ...(await this.#sendAndDecide(mine, batch, lease, signal))];
    } finally {
      lease.stop();
    }
  }

  async #sendAndDecide(
    mine: readonly StoredOperation[],
    { onThinking }: Batch,
    lease: LeaseKeeper,
    signal: AbortSignal,
  ): Promise<readonly Report[]> {
    const { gate, refreshSignal, identity, context } = this.#with;
    const { clock } = context;
    const startedAt = clock.now();
    const sentAt = clock.monotonicMs();
    gate.sending();
    const refusal = await identity.check(mine[0]?.principal, signal);
    // Nothing went out, so that nobody's operations may still become somebody's.
    const unsent = mine.map((operation) => released(operation, false));
    if (refusal !== undefined && signal.aborted) return unsent;
    const outcomes = refusal ? mine.map(() => refusal) : await this.#send(mine, lease, signal);
    gate.met(mine, outcomes, sentAt, refreshSignal());
    if (outcomes.some(({ kind }) => kind === 'unauthenticated')) identity.forget();
    if (refusal?.kind === 'unauthenticated') return unsent;
    for (const [at, operation] of mine.entries())
      if (outcomes[at]?.kind === 'acknowledged' && hasFirstKey(operation))
        this.#takenAgeMs = Math.max(this.#takenAgeMs, startedAt - operation.createdAt);
    const durationMs = Math.round(clock.monotonicMs() - sentAt);
    const times = { startedAt, durationMs };
    const isThinking = outcomes.some(({ kind }) => kind === 'conflict');
    if (isThinking) onThinking(true);
    const reports = await Promise.all(
      mine.map((operation, at) => this.#report(operation, outcomes[at] as SendOutcome, times, signal)),
    );
    if (isThinking) onThinking(false);
    return reports;
  }

  /** What becomes of one operation of a send. Whatever code of the app does here costs this one an attempt. */
  async #report(
    operation: StoredOperation,
    outcome: SendOutcome,
    times: Times,
    signal: AbortSignal,
  ): Promise<Report> {
    if (outcome.kind === 'aborted') return released(operation, true);
    try {
      const final = await this.#finalise(operation, outcome, signal);
      // Given up while a resolver was thinking: that is no fault of the operation's.
      if (outcome.kind === 'conflict' && signal.aborted) return released(operation, true);
      return this.#decide(operation, final, times);
    } catch (error) {
      const reason = { ...toFailure(error, 'TRANSPORT_FAILED'), code: 'TRANSPORT_FAILED' };
      return this.#decide(operation, { kind: 'retry', reason }, times);
    }
  }

  /** Rules that fail cost their own operation what the library's rules say, and no other one anything. */
  #decide(operation: StoredOperation, outcome: FinalOutcome, times: Times): Report {
    const { context, rules, policy } = this.#with;
    const now = context.clock.now();
    try {
      const settlement = rules(operation, outcome, policy, now) as Settlement | undefined;
      if (settlement?.id !== operation.id)
        throw new TypeError('The rules settled another operation, or none.');
      return reportOf(operation, outcome, settlement, times);
    } catch (error) {
      context.hub.fail(error, 'RULES_FAILED');
      return reportOf(operation, outcome, decide(operation, outcome, policy, now), times);
    }
  }

  #send(
    mine: readonly StoredOperation[],
    lease: LeaseKeeper,
    signal: AbortSignal,
  ): Promise<readonly SendOutcome[]> {
    const { settings, transport, context } = this.#with;
    return send(mine, {
      transport,
      clock: context.clock,
      attemptTimeoutMs: settings.attemptTimeoutMs,
      signal,
      held: () => lease.held(true),
      mayLeave: lease.mayLeave,
      heardTime: (serverMs) => context.serverTime.heard(serverMs),
    });
  }

  /** Asks for what the rules need besides the outcome: the resolution of a conflict, a permanent id. */
  #finalise(
    operation: StoredOperation,
    outcome: Exclude<SendOutcome, { kind: 'aborted' }>,
    signal: AbortSignal,
  ): FinalOutcome | Promise<FinalOutcome> {
    const { context, resolver, settings } = this.#with;
    const definition = context.registry.find(operation.kind);
    if (outcome.kind === 'acknowledged') {
      const assigned = definition?.assignedId && this.#assigned(definition.assignedId, outcome.result);
      return assigned === undefined ? outcome : { ...outcome, assigned };
    }
    if (outcome.kind === 'retry') return { ...outcome, counts: this.#counts(operation, outcome) };
    if (outcome.kind !== 'conflict') return outcome;
    if (outcome.remote.timestamp !== undefined) context.timestamps.observe(outcome.remote.timestamp);
    return resolveConflict(definition?.conflict ?? resolver, operation, outcome.remote, {
      clock: context.clock,
      timestamps: context.timestamps,
      timeoutMs: settings.resolveTimeoutMs,
      signal,
      content: (value) => context.factory.content(operation.kind, context.factory.text(value)),
    });
  }

  /** What failed on this device is the operation's own trouble, whatever the server does with others. */
  #counts(operation: StoredOperation, { reason, scope = 'operation' }: RetryOutcome): boolean {
    const isOwn = reason.code === 'TRANSPORT_FAILED' || this.#with.gate.speaksAgainst(operation);
    return scope === 'operation' && isOwn;
  }

  #assigned(read: (result: unknown) => string | undefined, result: unknown): string | undefined {
    try {
      const id = read(result);
      if (id !== undefined) checkText('assignedId', id);
      return id;
    } catch (error) {
      this.#with.context.hub.fail(error, 'LISTENER_FAILED');
      return undefined;
    }
  }

  /**
   * Makes the outcome durable. While the storage refuses, it is asked again and again, and the batch keeps its
   * place among the sends under way: what was delivered and cannot be settled must not be sent in a hot loop. After the
   * first refusal each operation is settled by itself, so that one whose settlement cannot be stored holds up no other.
   */
  async #settle(batch: Batch, settlements: readonly Settlement[], settled: Settled): Promise<void> {
    const { storage, hub } = this.#with.context;
    let results: readonly SettleResult[];
    try {
      results = await storage.settle(batch.claim.token, settlements);
    } catch (error) {
      hub.fail(error, 'STORAGE_FAILED');
      return this.#settleEach(batch, settlements, settled);
    }
    await settled([...results.entries()]);
  }

  async #settleEach(batch: Batch, settlements: readonly Settlement[], settled: Settled): Promise<void> {
    const { settings, context } = this.#with;
    let left = [...settlements.entries()];
    for (let failures = 1; left.length > 0 && !batch.signal.aborted; failures++) {
      await sleep(context.clock, settings.outageBackoff.delayMs(failures, 0, context.random), batch.signal);
      const refused: typeof left = [];
      for (const [at, settlement] of left)
        try {
          const [result = 'stale'] = await context.storage.settle(batch.claim.token, [settlement]);
          await settled([[at, result]]);
        } catch (error) {
          context.hub.fail(error, 'STORAGE_FAILED');
          refused.push([at, settlement]);
        }
      left = refused;
    }
    await settled(left.map(([at]) => [at, 'stale']));
  }
}

/** A key that is older may be one that the server has forgotten, until it takes one of that age. */
const OLD_KEY_MS = 7 * 24 * 3_600_000;

/** What was made together is of one age, though one goes after the other. */
const SAME_AGE_MS = 3_600_000;

/** In the place of the version of a change that is applied to whatever is there. No version is empty. */
const UNGUARDED = '';

/** Whether it is sent for the first time, under the key that it was made with. */
function hasFirstKey(operation: StoredOperation): boolean {
  return !operation.attempted && originOf(operation) === operation.id;
}

function released(operation: StoredOperation, sent: boolean): Report {
  return skipped(operation, { id: operation.id, kind: 'release', sent }, { type: 'released' });
}
