import type { SyncFailure } from '../errors/sync-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { FinalOutcome } from '../outcome/decide.js';
import type { Settlement, SettleResult } from '../ports/queue-storage.js';
import type { EventHub } from '../queue/event-hub.js';
import { subjectOf } from '../queue/receipt.js';
import type { EventSubject, SyncEvent } from '../queue/sync-event.js';
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
      const { result, version } = outcome as Extract<FinalOutcome, { kind: 'acknowledged' }>;
      return { group: 'successful', event: conflict ?? { type: 'acknowledged', result, version } };
    }
    case 'replace': {
      // Only after a conflict.
      const event = { ...(conflict as Happening<ConflictEvent>), replacedBy: settlement.operation.id };
      return { group: 'retried', event };
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

/** Tells what became of an operation, after it has been stored or has turned out to be somebody else's. */
export function tell(hub: EventHub, report: Report, result: SettleResult, summary: SummaryCollector): void {
  const { operation, settlement, group, event, reason, attempt } = report;
  const { id, kind } = operation;
  const isStale = result === 'stale';
  summary.add(isStale ? 'skipped' : group, reason === undefined ? { id, kind } : { id, kind, reason });
  if (!hub.isHeard) return;
  const subject = subjectOf(operation);
  if (attempt !== undefined) hub.emit({ type: 'attempted', attempt, ...subject });
  hub.emit({ ...(isStale ? { type: 'leaseLost' } : event), ...subject });
  // A conflict that waits for a person.
  if (!isStale && event.type === 'conflict' && settlement.kind === 'hold')
    hub.emit({ type: 'parked', failure: settlement.failure, ...subject });
}
