import { toFailure } from '../errors/to-failure.js';
import { checkText } from '../operation/check.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { DeliveryPolicy, DeliveryRules, FinalOutcome } from '../outcome/decide.js';
import type { ConflictResolver } from '../ports/conflict-resolver.js';
import type { Claim, Settlement, SettleResult } from '../ports/queue-storage.js';
import type { Transport } from '../ports/transport.js';
import { type QueueContext, tracked } from '../queue/queue-context.js';
import type { Gate } from './gate.js';
import { LeaseKeeper } from './lease-keeper.js';
import { type ProcessingSummary, SummaryCollector } from './processing-summary.js';
import { type Report, reportOf, tell, skipped } from './report.js';
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
}

/** Takes a batch from its claim to its settlement. Rejects never: what fails is told as an event. */
export class Delivery {
  readonly #with: DeliveryCollaborators;

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
    const summary = new SummaryCollector();
    const results = await tracked(context, this.#settle(batch, reports));
    for (const [at, report] of reports.entries()) tell(context.hub, report, results[at] ?? 'stale', summary);
    return summary;
  }

  /** Puts aside what cannot be sent, with the settlement that it needs, and what stands behind it. */
  #sift(operations: readonly StoredOperation[], reports: Report[]): readonly StoredOperation[] {
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
      if (report === undefined) return true;
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
      return [...lost, ...(await this.#sendAndDecide(mine, lease, signal))];
    } finally {
      lease.stop();
    }
  }

  async #sendAndDecide(
    mine: readonly StoredOperation[],
    lease: LeaseKeeper,
    signal: AbortSignal,
  ): Promise<readonly Report[]> {
    const { settings, transport, gate, refreshSignal, rules, policy } = this.#with;
    const { context } = this.#with;
    const { clock } = context;
    const startedAt = clock.now();
    const sentAt = clock.monotonicMs();
    gate.sending();
    const outcomes = await send(mine, {
      transport,
      clock,
      attemptTimeoutMs: settings.attemptTimeoutMs,
      signal,
      held: () => lease.held(true),
      mayLeave: lease.mayLeave,
      heardTime: (serverMs) => context.serverTime.heard(serverMs),
    });
    gate.met(mine, outcomes, sentAt, refreshSignal());
    const durationMs = Math.round(clock.monotonicMs() - sentAt);
    return Promise.all(
      mine.map(async (operation, at) => {
        const outcome = outcomes[at] as SendOutcome;
        if (outcome.kind === 'aborted') return released(operation, true);
        const final = await this.#finalise(operation, outcome, signal);
        // Given up while a resolver was thinking: that is no fault of the operation's.
        if (outcome.kind === 'conflict' && signal.aborted) return released(operation, true);
        const settlement = rules(operation, final, policy, clock.now());
        return reportOf(operation, final, settlement, { startedAt, durationMs });
      }),
    );
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
   * place among the sends under way: what was delivered and cannot be settled must not be sent in a hot loop.
   */
  async #settle(batch: Batch, reports: readonly Report[], failures = 1): Promise<readonly SettleResult[]> {
    const { context, settings } = this.#with;
    const settlements: readonly Settlement[] = reports.map(({ settlement }) => settlement);
    try {
      return await context.storage.settle(batch.claim.token, settlements);
    } catch (error) {
      context.hub.fail(error, 'STORAGE_FAILED');
      if (batch.signal.aborted) return [];
      await sleep(context.clock, settings.outageBackoff.delayMs(failures, 0, context.random), batch.signal);
      return this.#settle(batch, reports, failures + 1);
    }
  }
}

/** In the place of the version of a change that is applied to whatever is there. No version is empty. */
const UNGUARDED = '';

function released(operation: StoredOperation, sent: boolean): Report {
  return skipped(operation, { id: operation.id, kind: 'release', sent }, { type: 'released' });
}
