import type { SyncFailure } from '../errors/sync-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { AttemptRecord } from '../operation/operation.js';
import type { FinalOutcome } from '../outcome/decide.js';
import type { Settlement, SettleResult } from '../ports/queue-storage.js';
import type { EventHub } from '../queue/event-hub.js';
import { subjectOf } from '../queue/receipt.js';
import type { SummaryCollector, SummaryGroup } from './processing-summary.js';

/** What is to be stored about an operation, and what is to be told once it is. */
export interface Report {
  readonly operation: StoredOperation;
  readonly settlement: Settlement;
  readonly event:
    | 'acknowledged'
    | 'retryScheduled'
    | 'released'
    | 'conflict'
    | 'deadLettered'
    | 'parked'
    | 'expired'
    | 'replaced';
  /** Why nothing was sent, where neither outcome nor settlement says it. */
  readonly reason?: SyncFailure;
  /** The outcome of the attempt, where there was one. */
  readonly outcome?: FinalOutcome;
  readonly attempt?: AttemptRecord;
}

/** The report on an attempt: its settlement with the attempt's record in it. */
export function reportOf(
  operation: StoredOperation,
  outcome: FinalOutcome,
  settlement: Settlement,
  { startedAt, durationMs }: { readonly startedAt: number; readonly durationMs: number },
): Report {
  const attempt = attemptRecord(outcome, settlement, startedAt, durationMs);
  const event = eventFor(outcome, settlement);
  // What leaves the queue takes its history with it.
  const settled = settlement.kind === 'remove' ? settlement : { ...settlement, attempt };
  return { operation, settlement: settled, event, outcome, attempt };
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

function eventFor(outcome: FinalOutcome, settlement: Settlement): Report['event'] {
  if (outcome.kind === 'conflict') {
    return settlement.kind === 'hold' && settlement.state === 'deadLetter' ? 'deadLettered' : 'conflict';
  }
  switch (settlement.kind) {
    case 'remove':
      return 'acknowledged';
    case 'reschedule':
      return 'retryScheduled';
    case 'hold':
      return 'deadLettered';
    case 'release':
    case 'replace':
      return 'released';
  }
}

const GROUP_OF: Readonly<Record<Report['event'], SummaryGroup>> = {
  acknowledged: 'successful',
  retryScheduled: 'retried',
  conflict: 'retried',
  deadLettered: 'failed',
  released: 'skipped',
  parked: 'skipped',
  expired: 'skipped',
  replaced: 'skipped',
};

/** Tells what became of an operation, after it has been stored or has turned out to be somebody else's. */
export function tell(hub: EventHub, report: Report, result: SettleResult, summary: SummaryCollector): void {
  const { operation, settlement, outcome, attempt } = report;
  const { id, kind } = operation;
  const reason =
    'failure' in settlement
      ? settlement.failure
      : outcome && 'reason' in outcome
        ? outcome.reason
        : report.reason;
  const isGivenUp = outcome?.kind === 'conflict' && settlement.kind === 'remove';
  const group = result === 'stale' ? 'skipped' : isGivenUp ? 'successful' : GROUP_OF[report.event];
  summary.add(group, reason === undefined ? { id, kind } : { id, kind, reason });
  if (!hub.isHeard) return;
  const subject = subjectOf(operation);
  if (attempt !== undefined) hub.emit({ type: 'attempted', attempt, ...subject });
  if (result === 'stale') hub.emit({ type: 'leaseLost', ...subject });
  else tellSettled(hub, report, reason);
}

function tellSettled(
  hub: EventHub,
  { operation, settlement, event, outcome }: Report,
  reason: SyncFailure | undefined,
): void {
  const subject = subjectOf(operation);
  const replacedBy = settlement.kind === 'replace' ? settlement.operation.id : undefined;
  const failure = reason ?? { code: 'STORAGE_FAILED', message: 'unknown' };
  switch (event) {
    case 'acknowledged': {
      const { result, version } = outcome as Extract<FinalOutcome, { kind: 'acknowledged' }>;
      hub.emit({ type: event, result, version, ...subject });
      break;
    }
    case 'conflict': {
      const { remote, resolved } = outcome as Extract<FinalOutcome, { kind: 'conflict' }>;
      hub.emit({
        type: event,
        remote,
        resolution: resolved.kind,
        ...(replacedBy && { replacedBy }),
        ...subject,
      });
      if (settlement.kind === 'hold') hub.emit({ type: 'parked', failure, ...subject });
      break;
    }
    case 'retryScheduled': {
      const { dueAt } = settlement as Extract<Settlement, { kind: 'reschedule' }>;
      hub.emit({ type: event, dueAt, failure, ...subject });
      break;
    }
    case 'deadLettered':
    case 'parked':
      hub.emit({ type: event, failure, ...subject });
      break;
    case 'replaced':
      hub.emit({ type: event, replacedBy: replacedBy as string, ...subject });
      break;
    case 'released':
    case 'expired':
      hub.emit({ type: event, ...subject });
      break;
  }
}
