import type { LeaseRecord, QueueFormat, QueueOverview, SqliteQueueReader } from '@cpc/storage-sqlite';
import type { OperationState } from '@cpc/sync-core';
import { EXIT, type ExitCode } from '../exit-code.js';
import { describeLease } from '../file/leases.js';
import { withReader } from '../file/with-reader.js';
import type { Session } from '../session.js';
import { amount, count, duration, moment } from '../terminal/durations.js';
import { type Part, styled } from '../terminal/printer.js';
import { table } from '../terminal/table.js';

/** How many of something there are. */
export interface Counted {
  readonly name: string | null;
  readonly count: number;
}

/** What `inspect --json` prints. */
export interface InspectReport {
  readonly file: string;
  readonly queue: string;
  readonly format: number;
  readonly total: number;
  readonly byState: Readonly<Record<OperationState, number>>;
  /** Keyed by priority; priorities without operations are absent. */
  readonly byPriority: Readonly<Record<string, number>>;
  readonly byKind: readonly Counted[];
  /** `null` names the operations of nobody. */
  readonly byPrincipal: readonly Counted[];
  /** Codes of failures. */
  readonly deadLetters: readonly Counted[];
  readonly parked: readonly Counted[];
  readonly oldest: { readonly createdAt: number; readonly ageMs: number } | null;
  readonly leases: readonly LeaseRecord[];
  readonly quarantined: number;
  /** All queues of the file. */
  readonly queues: readonly QueueFormat[];
}

/** `inspect`: what is in the queue, at a glance. */
export async function inspect(session: Session): Promise<ExitCode> {
  const report = await withReader(session, (reader) => reportOf(session, reader));
  if (session.options.json) await session.out.json(report);
  else await session.out.lines(linesOf(report, session.now));
  return EXIT.ok;
}

async function reportOf(session: Session, reader: SqliteQueueReader): Promise<InspectReport> {
  const { file, options, now } = session;
  const overview = await reader.overview();
  const queues = await reader.queues();
  const createdAt = Math.min(...overview.groups.map((group) => group.oldestCreatedAt));
  return {
    file,
    queue: options.queue,
    format: queues.find(({ queue }) => queue === options.queue)?.format ?? 0,
    total: overview.total,
    byState: byState(overview),
    byPriority: byPriority(overview),
    byKind: sums(overview, ({ kind }) => kind),
    byPrincipal: sums(overview, ({ principal }) => principal ?? null),
    deadLetters: await reasons(session, reader, 'deadLetter'),
    parked: await reasons(session, reader, 'parked'),
    oldest: overview.total === 0 ? null : { createdAt, ageMs: now - createdAt },
    leases: await reader.leases(),
    quarantined: overview.quarantined,
    queues,
  };
}

/** How many are in each state. */
export function byState({ groups }: QueueOverview): Record<OperationState, number> {
  const counts = { waiting: 0, scheduled: 0, blocked: 0, leased: 0, parked: 0, deadLetter: 0 };
  for (const group of groups) counts[group.state] += group.count;
  return counts;
}

/** How many have each priority. */
export function byPriority({ groups }: QueueOverview): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { priority, count } of groups) counts[priority] = (counts[priority] ?? 0) + count;
  return counts;
}

/** Counts by a name, the most frequent first. */
function sums(
  { groups }: QueueOverview,
  nameOf: (group: QueueOverview['groups'][number]) => string | null,
): readonly Counted[] {
  const counts = new Map<string | null, number>();
  for (const group of groups) counts.set(nameOf(group), (counts.get(nameOf(group)) ?? 0) + group.count);
  return sorted(counts);
}

/** The codes for which operations are held, the most frequent first. */
async function reasons(
  session: Session,
  reader: SqliteQueueReader,
  state: 'deadLetter' | 'parked',
): Promise<readonly Counted[]> {
  const counts = new Map<string | null, number>();
  let after: number | undefined = 0;
  while (after !== undefined) {
    await session.nextRound();
    const page: Awaited<ReturnType<SqliteQueueReader['list']>> = await reader.list({
      states: [state],
      after,
      limit: 500,
    });
    for (const { failure } of page.items) {
      const code = failure?.code ?? null;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    after = page.next;
  }
  return sorted(counts);
}

function sorted(counts: ReadonlyMap<string | null, number>): readonly Counted[] {
  return Array.from(counts, ([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count);
}

type Line = readonly Part[];

function linesOf(report: InspectReport, now: number): readonly Line[] {
  const { file, queue, total, oldest, leases, quarantined, queues } = report;
  const age =
    oldest === null ? '' : `, the oldest from ${moment(oldest.createdAt)}, ${duration(oldest.ageMs)} ago`;
  const others = queues.filter((one) => one.queue !== queue).map((one) => one.queue);
  return [
    [styled('bold', `${file}, queue "${queue}"`)],
    [`${amount(total, 'operation')}${age}`],
    ...section(
      'State',
      Object.entries(report.byState).map(([name, number]) => ({ name, count: number })),
    ),
    ...section(
      'Priority',
      Object.entries(report.byPriority)
        .map(([name, number]) => ({ name, count: number }))
        .toReversed(),
    ),
    ...section('Kind', report.byKind),
    ...section('Principal', report.byPrincipal, '(nobody)'),
    ...section('Dead letters, by reason', report.deadLetters, '(none given)'),
    ...section('Parked, by reason', report.parked, '(none given)'),
    ...(leases.length === 0 ? [] : [[], [styled('bold', 'Leases')]]),
    ...leases.map((lease): Line => [
      lease.leaseUntil > now
        ? `  ${describeLease(lease, now)}`
        : `  claim ${lease.token} ended ${duration(now - lease.leaseUntil)} ago with ${amount(lease.ids.length, 'operation')}`,
    ]),
    ...(quarantined === 0
      ? []
      : [[], [styled('red', `${amount(quarantined, 'record')} in quarantine: see doctor`)]]),
    ...(others.length === 0 ? [] : [[], [`Other queues in the file: ${others.join(', ')}`]]),
  ];
}

/** No list of an overview is longer on paper. */
const MOST = 20;

function section(title: string, counted: readonly Counted[], nameless = ''): readonly Line[] {
  if (counted.length === 0) return [];
  const rows = counted
    .slice(0, MOST)
    .map(({ name, count: number }) => [`  ${name ?? nameless}`, count(number)]);
  const more = counted.length > MOST ? [[`  and ${count(counted.length - MOST)} more`]] : [];
  const columns = [
    { title: '', max: 60 },
    { title: '', align: 'right' as const },
  ];
  return [[], [styled('bold', title)], ...table(columns, rows, { titles: false }), ...more];
}
