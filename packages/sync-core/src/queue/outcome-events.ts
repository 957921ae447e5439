import type { SyncFailure } from '../errors/sync-failure.js';
import type { OutcomeRecord } from '../ports/outcome-record.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import { subjectOf } from './receipt.js';
import type { EventSubject, SyncEvent } from './sync-event.js';

/** How many of those that an operation holds are told of it; the others hear it from `explain`. */
const MAX_HELD_TOLD = 100;

/** The event that tells what another instance kept about an operation. */
export function eventOfOutcome(record: OutcomeRecord): SyncEvent {
  const { outcome, failure = UNKNOWN, into = '', version, position } = record;
  const subject = subjectOf(record);
  switch (outcome) {
    case 'acknowledged':
      return {
        type: outcome,
        result: resultOf(record),
        version,
        ...(record.resultOmitted && { resultOmitted: true }),
        ...(position !== undefined && { position }),
        ...subject,
      };
    case 'superseded':
      return record.into === undefined
        ? { type: outcome, version, ...subject }
        : { type: outcome, by: record.into, ...subject };
    case 'replaced':
      return { type: outcome, replacedBy: into, ...subject };
    case 'coalesced':
      return { type: outcome, into, ...subject };
    case 'cancelled':
      return { type: outcome, with: into, ...subject };
    case 'deadLettered':
    case 'parked':
      return { type: outcome, failure, ...subject };
    case 'expired':
    case 'discarded':
      return { type: outcome, ...subject };
  }
}

/** The server's answer that is kept, parsed. */
export function resultOf({ result }: OutcomeRecord): unknown {
  return result === undefined ? undefined : (JSON.parse(result) as unknown);
}

/** That an operation holds those that wait for it, if it still does. */
export async function heldEvents(storage: QueueStorage, id: string): Promise<readonly SyncEvent[]> {
  const failure = await failureOf(storage, id);
  if (failure === undefined) return [];
  const held = await storage.followersOf(id, MAX_HELD_TOLD);
  return held.map((operation) => ({ type: 'held', by: id, failure, ...subjectOf(operation) }));
}

/** That one operation is held by another, if it still is. */
export async function heldBy(
  storage: QueueStorage,
  by: string,
  held: EventSubject,
): Promise<SyncEvent | undefined> {
  const failure = await failureOf(storage, by);
  return failure && { type: 'held', by, failure, ...held };
}

async function failureOf(storage: QueueStorage, id: string): Promise<SyncFailure | undefined> {
  const holder = await storage.get(id);
  if (holder?.state !== 'deadLetter' && holder?.state !== 'parked') return undefined;
  return holder.failure ?? UNKNOWN;
}

const UNKNOWN = { code: 'REJECTED', message: 'The reason was not kept.' };
