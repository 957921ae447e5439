import type { ReadOperation, SqliteQueueReader } from '@cpc/storage-sqlite';
import type { ListQuery } from '@cpc/sync-core';
import { conditionOf } from '../file/leases.js';
import type { Session } from '../session.js';
import { amount, count, duration } from '../terminal/durations.js';
import { MOST_IDS, type Problem } from './problem.js';

/** An operation that failed so often and still tries is worth a look. */
const MANY_ATTEMPTS = 5;

/** So many of the latest attempts without an answer, while the operation is alone with it, are a pattern. */
const MANY_UNANSWERED = 20;

export interface DeliveryLimits {
  /** How long something may wait though it could go. */
  readonly stallAfterMs: number;
}

/** What waits for a person, and what fails again and again. */
export async function checkDelivery(
  session: Session,
  reader: SqliteQueueReader,
  limits: DeliveryLimits,
): Promise<readonly Problem[]> {
  return [
    ...(await heldProblems(session, reader)),
    ...(await failing(session, reader)),
    ...(await stalled(session, reader, limits)),
  ];
}

async function heldProblems(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const dead = new Found();
  const decisions = new Found();
  const tooNew = new Found();
  const heads = new Found();
  let behind = 0;
  for await (const operation of operationsOf(session, reader, { states: ['deadLetter', 'parked'] })) {
    if (operation.state === 'deadLetter') dead.add(operation.id);
    else if (operation.failure?.code === 'CONFLICT_DEFERRED') decisions.add(operation.id);
    else tooNew.add(operation.id);
    const followers = await followersOf(reader, operation);
    if (followers > 0) heads.add(operation.id);
    behind += followers;
  }
  return [
    ...problemOf(dead, {
      code: 'DEAD_LETTERS',
      severity: 'warning',
      message: `Failed for good: ${amount(dead.count, 'operation')}.`,
      advice: `See why: ${session.command('list', '--state', 'deadLetter')}. Mend the cause, then ${session.command('retry', '--all', '--write')}; give up what makes no sense any more with discard.`,
    }),
    ...problemOf(decisions, {
      code: 'DECISIONS_WAITING',
      severity: 'warning',
      message: `Waiting for a person's decision, since the server holds another version: ${amount(decisions.count, 'operation')}.`,
      advice: 'Decide in the app, which shows both versions; discard keeps what the server has.',
    }),
    ...problemOf(tooNew, {
      code: 'APP_TOO_OLD',
      severity: 'warning',
      message: `Of a kind or a version that the app which met them does not know: ${amount(tooNew.count, 'operation')}.`,
      advice: 'Update the app on this device; it sends them by itself.',
    }),
    ...problemOf(heads, {
      code: 'ENTITY_HELD',
      severity: 'warning',
      message: `Waiting behind ${count(heads.count)} of those, in the same entities: ${amount(behind, 'operation')}.`,
      advice: `Order keeps them behind the first of their entity: retry that, edit it in the app, or discard it. ${session.command('explain', 'ID')} shows the chain.`,
    }),
  ];
}

async function followersOf(reader: SqliteQueueReader, { entity, sequence }: ReadOperation): Promise<number> {
  if (entity === undefined) return 0;
  // Two are enough to tell whether it is the first: pages of a lane begin with its head.
  const { items } = await reader.list({ entity, limit: 1000 });
  return items[0]?.sequence === sequence ? items.length - 1 : 0;
}

/** Poison keys: operations that fail again and again, whatever happens to the others. */
async function failing(session: Session, reader: SqliteQueueReader): Promise<readonly Problem[]> {
  const found = new Found();
  for await (const operation of operationsOf(session, reader, {
    states: ['waiting', 'scheduled', 'leased'],
  })) {
    const latest = operation.history.slice(-MANY_UNANSWERED);
    const isUnanswered =
      latest.length === MANY_UNANSWERED && latest.every(({ outcome }) => outcome === 'unreachable');
    if (operation.attempts >= MANY_ATTEMPTS || isUnanswered) found.add(operation.id);
  }
  return problemOf(found, {
    code: 'KEEPS_FAILING',
    severity: 'warning',
    message: `Failed ${MANY_ATTEMPTS} times or more, or met no answer ${MANY_UNANSWERED} times in a row, and tried again: ${amount(found.count, 'operation')}.`,
    advice: `Look at the answers that one got: ${session.command('show', found.ids[0] ?? '')}. If others pass meanwhile, it is the operation: look for its id in the server's log.`,
  });
}

async function stalled(
  session: Session,
  reader: SqliteQueueReader,
  { stallAfterMs }: DeliveryLimits,
): Promise<readonly Problem[]> {
  const { now } = session;
  const leases = await reader.leases();
  if (leases.some((lease) => conditionOf(lease, now) === 'live')) return [];
  const { groups } = await reader.overview();
  const waiting = groups.filter(
    ({ state, oldestCreatedAt }) => state === 'waiting' && now - oldestCreatedAt > stallAfterMs,
  );
  if (waiting.length === 0) return [];
  const longest = Math.max(...waiting.map(({ oldestCreatedAt }) => now - oldestCreatedAt));
  const owners = [...new Set(waiting.flatMap(({ principal }) => principal ?? []))];
  const whose =
    owners.length === 0 ? '' : ` Some belong to ${owners.slice(0, 5).join(', ')}, who must be signed in.`;
  return [
    {
      code: 'STALLED',
      severity: 'warning',
      count: waiting.reduce((sum, group) => sum + group.count, 0),
      message: `Operations could go and nobody sends them, the oldest for up to ${duration(longest)}.`,
      advice: `See whether the app runs, whether its worker was started and not paused, and whether it has a network.${whose}`,
      ids: [],
    },
  ];
}

/** How many there are, and the first of them. */
class Found {
  readonly ids: string[] = [];
  count = 0;

  add(id: string): void {
    this.count++;
    if (this.ids.length < MOST_IDS) this.ids.push(id);
  }
}

function problemOf(found: Found, problem: Omit<Problem, 'count' | 'ids'>): readonly Problem[] {
  return found.count === 0 ? [] : [{ ...problem, count: found.count, ids: found.ids }];
}

async function* operationsOf(
  session: Session,
  reader: SqliteQueueReader,
  query: ListQuery,
): AsyncGenerator<ReadOperation> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    await session.nextRound();
    const page: Awaited<ReturnType<SqliteQueueReader['list']>> = await reader.list({
      ...query,
      after,
      limit: 500,
    });
    yield* page.items;
    after = page.next;
  }
}
