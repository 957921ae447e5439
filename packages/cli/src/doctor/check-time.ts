import type { SqliteQueueReader } from '@cpc/storage-sqlite';
import { conditionOf } from '../file/leases.js';
import type { Session } from '../session.js';
import { amount, duration, moment } from '../terminal/durations.js';
import { MOST_IDS, type Problem } from './problem.js';

/** Clocks of one machine that differ by less are not worth a word. */
const TOLERANCE_MS = 60_000;

/** Leases that nobody took over, and times that only a wrong clock explains. */
export async function checkTime(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const { now } = session;
  const leases = await reader.leases();
  const { groups } = await reader.overview();
  return [
    ...staleLeases(session, leases),
    ...(await clockSetBack(session, reader, leases)),
    ...createdInFuture(groups, now),
  ];
}

type Leases = Awaited<ReturnType<SqliteQueueReader['leases']>>;

function staleLeases(session: Session, leases: Leases): readonly Problem[] {
  const { now } = session;
  const stale = leases.filter((lease) => conditionOf(lease, now) === 'stale');
  const ids = stale.flatMap((lease) => lease.ids);
  if (ids.length === 0) return [];
  const longest = Math.max(...stale.map(({ leaseUntil }) => now - leaseUntil));
  return [
    {
      code: 'LEASES_STALE',
      severity: 'warning',
      count: ids.length,
      message: `Held by workers that ended without a word, for up to ${duration(longest)} too long: ${amount(ids.length, 'operation')}.`,
      advice: `Start the app: its worker takes them over at once. If it runs, see whether it hangs. ${session.command('doctor', '--write')} ends the leases now.`,
      ids: ids.slice(0, MOST_IDS),
    },
  ];
}

/** Waits and leases that end later than they could if they had begun now. */
async function clockSetBack(
  session: Session,
  reader: SqliteQueueReader,
  leases: Leases,
): Promise<readonly Problem[]> {
  const { now } = session;
  const ids = leases.filter((lease) => conditionOf(lease, now) === 'ahead').flatMap((lease) => lease.ids);
  let after: number | undefined = 0;
  while (after !== undefined) {
    await session.nextRound();
    const page: Awaited<ReturnType<SqliteQueueReader['list']>> = await reader.list({
      states: ['scheduled'],
      after,
      limit: 500,
    });
    for (const { id, dueAt, delayMs } of page.items) {
      if (delayMs > 0 && dueAt > now + delayMs + TOLERANCE_MS) ids.push(id);
    }
    after = page.next;
  }
  if (ids.length === 0) return [];
  return [
    {
      code: 'CLOCK_SET_BACK',
      severity: 'warning',
      count: ids.length,
      message: `Waiting longer than its own delay: ${amount(ids.length, 'operation')}. So the clock was ahead when they began to wait, or is behind now (it says ${moment(now)}).`,
      advice: `Check this machine's clock first. A worker mends the waits when it starts; ${session.command('doctor', '--write')} does so now.`,
      ids: ids.slice(0, MOST_IDS),
    },
  ];
}

function createdInFuture(
  groups: Awaited<ReturnType<SqliteQueueReader['overview']>>['groups'],
  now: number,
): readonly Problem[] {
  // The oldest of a group: where it lies in the future, they all do.
  const ahead = groups.filter(({ oldestCreatedAt }) => oldestCreatedAt > now + TOLERANCE_MS);
  if (ahead.length === 0) return [];
  const number = ahead.reduce((sum, group) => sum + group.count, 0);
  const furthest = Math.max(...ahead.map(({ oldestCreatedAt }) => oldestCreatedAt));
  return [
    {
      code: 'CREATED_IN_FUTURE',
      severity: 'warning',
      count: number,
      message: `Enqueued in the future, up to ${duration(furthest - now)} ahead of this clock (${moment(now)}): ${amount(number, 'operation')}.`,
      advice:
        'Check the clock of the machine that enqueued them, and of this one. They are delivered all the same; conflicts that timestamps decide may go to the wrong side.',
      ids: [],
    },
  ];
}
