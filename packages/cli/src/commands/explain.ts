import type { LeaseRecord, ReadOperation, SqliteQueueReader } from '@cpc/storage-sqlite';
import type { Explanation, SignedIn } from '@cpc/sync-core';
import { EXIT, type ExitCode } from '../exit-code.js';
import { conditionOf } from '../file/leases.js';
import { withReader } from '../file/with-reader.js';
import type { Session } from '../session.js';
import { count, duration, moment } from '../terminal/durations.js';
import { type Part, styled } from '../terminal/printer.js';
import { findOperation } from './find-operation.js';

/** Why one operation is where it is, as far as the file tells. */
export interface Reason extends Explanation {
  readonly id: string;
}

/** What `explain --json` prints. */
export interface ExplainReport extends Reason {
  /** The operations it waits for, directly and through others, nearest first; at most 50. */
  readonly behind: readonly Reason[];
}

/** What the file tells besides the operations. */
interface Known {
  readonly leases: readonly LeaseRecord[];
  readonly signedIn: SignedIn;
}

const MOST_BEHIND = 50;

/** `explain`: why an operation waits, down to what holds up the ones it waits for. */
export async function explain(session: Session, id: string): Promise<ExitCode> {
  const report = await withReader(session, async (reader) => {
    const operation = await findOperation(session, reader, id);
    const known = { leases: await reader.leases(), signedIn: await reader.signedIn() };
    return chainFrom(session, reader, operation, known);
  });
  if (session.options.json) await session.out.json(report);
  else await session.out.lines(linesOf(report));
  return EXIT.ok;
}

/** The same for one operation alone; `undefined` where it is not in the queue. */
export async function explainOperation(
  session: Session,
  reader: SqliteQueueReader,
  id: string,
): Promise<Explanation | undefined> {
  const operation = await reader.get(id);
  if (operation === undefined) return undefined;
  const blockers = await reader.blockersOf(id);
  const known = { leases: await reader.leases(), signedIn: await reader.signedIn() };
  const { id: _, ...explanation } = reasonOf(session, operation, blockers, known);
  return explanation;
}

async function chainFrom(
  session: Session,
  reader: SqliteQueueReader,
  operation: ReadOperation,
  file: Known,
): Promise<ExplainReport> {
  const known = new Set([operation.id]);
  const behind: Reason[] = [];
  let blockers = await reader.blockersOf(operation.id);
  const first = reasonOf(session, operation, blockers, file);
  const waiting = [...blockers];
  for (let id = waiting.shift(); id !== undefined && behind.length < MOST_BEHIND; id = waiting.shift()) {
    const found = known.has(id) ? undefined : await reader.get(id);
    known.add(id);
    if (found === undefined) continue;
    blockers = await reader.blockersOf(id);
    behind.push(reasonOf(session, found, blockers, file));
    waiting.push(...blockers);
  }
  return { ...first, behind };
}

function reasonOf(
  session: Session,
  { id, state, dueAt, failure, history, principal, createdAt }: ReadOperation,
  blockers: readonly string[],
  { leases, signedIn }: Known,
): Reason {
  const { now } = session;
  const isSignedOut = principal !== signedIn.principal;
  if (isSignedOut && (state === 'waiting' || state === 'scheduled')) {
    const who = signedIn.principal ?? 'nobody';
    const message = `Waits until ${principal === undefined ? 'nobody is' : `${principal} is`} signed in; now ${who} is.`;
    return { id, state, waitsFor: 'signIn', message };
  }
  switch (state) {
    case 'waiting': {
      const whose = principal === undefined ? '' : `, while ${principal} is signed in`;
      const active = leases.some((lease) => conditionOf(lease, now) === 'live');
      const message = active
        ? `May go${whose}. A worker is sending others now; this one goes when its turn comes.`
        : `May go${whose}, and no worker is sending. It has been in the queue for ${duration(now - createdAt)}.`;
      return { id, state, waitsFor: 'worker', message };
    }
    case 'scheduled': {
      const last = history.at(-1);
      const why =
        last?.code === undefined
          ? 'It was scheduled so.'
          : `Its last attempt ended with ${last.code}: ${last.message ?? ''}`;
      const message =
        dueAt > now
          ? `Waits until ${moment(dueAt)}, for ${duration(dueAt - now)} more. ${why}`
          : `Was due ${duration(now - dueAt)} ago; it goes when a worker asks. ${why}`;
      return { id, state, waitsFor: 'time', message, until: dueAt };
    }
    case 'blocked':
      return {
        id,
        state,
        waitsFor: 'operation',
        message: `Waits for ${blockers.slice(0, 5).join(' and ')}${blockers.length > 5 ? ` and ${count(blockers.length - 5)} more` : ''} to go first.`,
        operations: blockers,
      };
    case 'leased': {
      const message =
        dueAt > now
          ? `Is being sent by a worker, which holds it until ${moment(dueAt)}, for ${duration(dueAt - now)} more.`
          : `Was being sent by a worker whose lease ended ${duration(now - dueAt)} ago; it goes again when a worker asks.`;
      return { id, state, waitsFor: 'answer', message, until: dueAt };
    }
    case 'parked': {
      const isForPerson = failure?.code === 'CONFLICT_DEFERRED' || failure?.code === 'REFERENCE_ENDED';
      const waitsFor = isForPerson ? 'decision' : 'newerApp';
      return { id, state, waitsFor, message: `Is parked, ${failureText(failure)}` };
    }
    case 'deadLetter': {
      const advice = `Try it again with ${session.command('retry', id, '--write')}, or give it up with discard.`;
      return {
        id,
        state,
        waitsFor: 'decision',
        message: `Failed for good, ${failureText(failure)} ${advice}`,
      };
    }
  }
}

function failureText(failure: ReadOperation['failure']): string {
  return failure === undefined ? 'with no reason given.' : `${failure.code}: ${failure.message}`;
}

function linesOf({ id, state, message, behind }: ExplainReport): readonly (readonly Part[])[] {
  return [
    [styled('bold', id), ` ${state}`],
    [`  ${message}`],
    ...behind.flatMap((reason) => [[styled('bold', reason.id), ` ${reason.state}`], [`  ${reason.message}`]]),
  ];
}
