import type { SyncFailure } from '../errors/sync-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { FinalOutcome } from '../outcome/decide.js';
import type { NewOutcome, OutcomeRecord } from '../ports/outcome-record.js';
import type { AfterFailure, Settlement, SettleResult } from '../ports/queue-storage.js';
import type { EventHub } from '../queue/event-hub.js';
import type { OwnDeed } from '../queue/outcome-feed.js';
import { subjectOf } from '../queue/receipt.js';
import type { EventSubject, SyncEvent } from '../queue/sync-event.js';
import { keptFailure, keptResult, keptText, outcomeFor } from '../rules/outcomes.js';
import type { SummaryCollector, SummaryGroup } from './processing-summary.js';

/** An event about an operation, without saying about which. */
type Happening<Event extends SyncEvent = SyncEvent> = Event extends EventSubject
  ? Omit<Event, keyof EventSubject>
  : never;

/** What is to be stored about an operation, and what is to be told once it is. */
export interface Report {
  readonly operation: StoredOperation;
  readonly settlement: Settlement;
  readonly group: SummaryGroup;
  readonly event: Happening;
  /** Why it was not delivered, where it was not. */
  readonly reason?: SyncFailure | undefined;
  /** Where it was sent. */
  readonly attempt?: AttemptRecord;
}

/** What was not sent, or given up on the way: nothing is known of its effect. */
export function skipped(
  operation: StoredOperation,
  settlement: Settlement,
  event: Happening,
  reason?: SyncFailure,
): Report {
  return { operation, settlement, group: 'skipped', event, reason };
}

/** The report on an attempt: its settlement with the attempt's record in it. */
export function reportOf(
  operation: StoredOperation,
  outcome: FinalOutcome,
  settlement: Settlement,
  { startedAt, durationMs }: { readonly startedAt: number; readonly durationMs: number },
): Report {
  const attempt = attemptRecord(outcome, settlement, startedAt, durationMs);
  // What leaves the queue takes its history with it.
  const settled = settlement.kind === 'remove' ? settlement : { ...settlement, attempt };
  const { group, event, reason } = consequence(outcome, settlement);
  return { operation, settlement: settled, group, event, reason, attempt };
}

function attemptRecord(
  outcome: FinalOutcome,
  settlement: Settlement,
  startedAt: number,
  durationMs: number,
): AttemptRecord {
  const record: AttemptRecord = { startedAt, durationMs, outcome: outcome.kind };
  if (!('reason' in outcome)) return record;
  const { code, message, status } = outcome.reason;
  return {
    ...record,
    code,
    message,
    ...(status !== undefined && { status }),
    ...(settlement.kind === 'reschedule' && { delayMs: settlement.delayMs }),
  };
}

type ConflictEvent = Extract<SyncEvent, { type: 'conflict' }>;

/** What follows from an attempt, in a summary and as an event. */
function consequence(
  outcome: FinalOutcome,
  settlement: Settlement,
): Pick<Report, 'group' | 'event' | 'reason'> {
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  const conflict: Happening<ConflictEvent> | undefined =
    outcome.kind === 'conflict'
      ? { type: outcome.kind, remote: outcome.remote, resolution: outcome.resolved.kind }
      : undefined;
  switch (settlement.kind) {
    case 'remove': {
      const { result, version, position } = outcome as Extract<FinalOutcome, { kind: 'acknowledged' }>;
      const event: Happening = {
        type: 'acknowledged',
        result,
        version,
        ...(position !== undefined && { position }),
      };
      return { group: 'successful', event: conflict ?? event };
    }
    case 'replace': {
      const replacedBy = settlement.operation.id;
      return conflict === undefined
        ? { group: 'retried', event: { type: 'replaced', replacedBy }, reason }
        : { group: 'retried', event: { ...conflict, replacedBy } };
    }
    case 'reschedule': {
      // Only after an outcome that gives its reason.
      const event: Happening = {
        type: 'retryScheduled',
        dueAt: settlement.dueAt,
        failure: reason as SyncFailure,
      };
      return { group: 'retried', event, reason };
    }
    case 'hold': {
      const { failure, state } = settlement;
      return conflict !== undefined && state === 'parked'
        ? { group: 'retried', event: conflict, reason: failure }
        : { group: 'failed', event: { type: 'deadLettered', failure }, reason: failure };
    }
    case 'release':
      return { group: 'skipped', event: { type: 'released' }, reason };
  }
}

/**
 * What the storage is told: the settlement, with what is to be kept of its outcome.
 *
 * @param at - milliseconds since the epoch
 */
export function settlementOf(report: Report, at: number, afterFailure: AfterFailure): Settlement {
  const outcome = keptOutcome(report, at);
  if (outcome === undefined) return report.settlement;
  const settlement = { ...report.settlement, outcome };
  const isDead = settlement.kind === 'hold' && settlement.state === 'deadLetter';
  return isDead && afterFailure !== 'hold' ? { ...settlement, afterFailure } : settlement;
}

function keptOutcome({ operation, settlement, event }: Report, at: number): NewOutcome | undefined {
  if (settlement.kind === 'hold') {
    const kind = settlement.state === 'parked' ? settlement.state : 'deadLettered';
    return outcomeFor(operation, kind, { at, failure: keptFailure(settlement.failure) });
  }
  switch (event.type) {
    case 'acknowledged': {
      const { result, version, position } = event;
      return outcomeFor(operation, event.type, {
        at,
        ...keptResult(result),
        ...keptText('version', version),
        ...keptText('position', position),
      });
    }
    case 'expired':
      return outcomeFor(operation, event.type, { at });
    case 'replaced': {
      // A newer shape of the payload keeps the id.
      const { replacedBy: into } = event;
      return into === operation.id ? undefined : outcomeFor(operation, event.type, { at, into });
    }
    case 'conflict': {
      const { remote, replacedBy: into } = event;
      if (into !== undefined) return outcomeFor(operation, 'replaced', { at, into });
      const { version } = remote;
      return outcomeFor(operation, 'superseded', { at, ...keptText('version', version) });
    }
    default:
      return undefined;
  }
}

/** How to tell what became of an operation, after it has been stored or has turned out to be somebody else's. */
export function deedOf(
  hub: EventHub,
  report: Report,
  settlement: Settlement,
  result: SettleResult,
  summary: SummaryCollector,
): OwnDeed {
  const { operation } = report;
  const outcome = result === 'superseded' ? result : settlement.outcome?.outcome;
  return {
    id: operation.id,
    outcome: result === 'stale' ? undefined : outcome,
    tell: (record) => tell(hub, report, result, summary, record),
  };
}

function tell(
  hub: EventHub,
  report: Report,
  result: SettleResult,
  summary: SummaryCollector,
  record: OutcomeRecord | undefined,
): void {
  const { operation, group, reason, attempt } = report;
  const { id, kind } = operation;
  summary.add(
    result === 'stale' ? 'skipped' : group,
    reason === undefined ? { id, kind } : { id, kind, reason },
  );
  if (!hub.isHeard) return;
  const subject = subjectOf(operation);
  if (attempt !== undefined) hub.emit({ type: 'attempted', attempt, ...subject });
  for (const event of happenings(report, result, record)) hub.emit({ ...event, ...subject });
}

function happenings(
  { settlement, event }: Report,
  result: SettleResult,
  record: OutcomeRecord | undefined,
): readonly Happening[] {
  if (result === 'stale') return [{ type: 'leaseLost' }];
  if (result === 'superseded')
    return [{ type: result, ...(record?.into !== undefined && { by: record.into }) }];
  if (event.type !== 'conflict') return [event];
  // A conflict that waits for a person, or that the server's version won.
  if (settlement.kind === 'hold') return [event, { type: 'parked', failure: settlement.failure }];
  return settlement.kind === 'remove'
    ? [event, { type: 'superseded', version: event.remote.version }]
    : [event];
}
