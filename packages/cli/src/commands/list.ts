import type { ReadOperation, SqliteQueueReader } from '@cpc/storage-sqlite';
import type { ListQuery, OperationState, Page } from '@cpc/sync-core';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withReader } from '../file/with-reader.js';
import type { CommonOptions, Session } from '../session.js';
import { duration } from '../terminal/durations.js';
import { toSafeJson } from '../terminal/escape-text.js';
import { styled } from '../terminal/printer.js';
import { table } from '../terminal/table.js';
import { type OperationSummary, summaryOf } from './summary-of.js';

export interface ListOptions extends CommonOptions {
  readonly state?: readonly OperationState[];
  readonly kind?: string;
  readonly entity?: string;
  readonly principal?: string;
  readonly after: number;
  readonly limit: number;
  readonly all?: boolean;
}

/** What `list --json` prints. */
export interface ListReport {
  readonly operations: readonly OperationSummary[];
  /** Pass as `--after` for the next page; null on the last. */
  readonly next: number | null;
}

/** However long a list is, no more than so many operations are in memory. */
const PAGE = 500;

/** `list`: a page of operations, or with `--all` every one, in sequence order. */
export async function list(session: Session<ListOptions>): Promise<ExitCode> {
  await withReader(session, async (reader) => {
    if (session.options.json) await printJson(session, reader);
    else await printTable(session, reader);
  });
  return EXIT.ok;
}

async function* pagesOf(
  session: Session<ListOptions>,
  reader: SqliteQueueReader,
): AsyncGenerator<Page<ReadOperation>> {
  const { options } = session;
  const { state, kind, entity, principal, limit, all } = options;
  const query: ListQuery = {
    ...(state !== undefined && { states: state }),
    ...(kind !== undefined && { kind }),
    ...(entity !== undefined && { entity }),
    ...(principal !== undefined && { principals: [principal] }),
  };
  let left = all === true ? Infinity : limit;
  let after: number | undefined = options.after;
  while (after !== undefined && left > 0) {
    await session.nextRound();
    const page: Page<ReadOperation> = await reader.list({ ...query, after, limit: Math.min(PAGE, left) });
    yield page;
    left -= page.items.length;
    after = page.next;
  }
}

/** One document, written in pieces. */
async function printJson(session: Session<ListOptions>, reader: SqliteQueueReader): Promise<void> {
  let next: number | undefined;
  let separator = '{"operations":[\n';
  for await (const page of pagesOf(session, reader)) {
    const lines = page.items.map((operation) => toSafeJson(summaryOf(operation)));
    if (lines.length > 0) {
      await session.out.harmless(separator + lines.join(',\n'));
      separator = ',\n';
    }
    next = page.next;
  }
  const opening = separator === ',\n' ? '' : '{"operations":[';
  await session.out.harmless(`${opening}\n],"next":${next ?? null}}\n`);
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'STATE' },
  { title: 'PRIO', align: 'right' },
  { title: 'TRIES', align: 'right' },
  { title: 'AGE', align: 'right' },
  { title: 'KIND', max: 32 },
  { title: 'ENTITY', max: 32 },
  { title: 'REASON', max: 48 },
] as const;

async function printTable(session: Session<ListOptions>, reader: SqliteQueueReader): Promise<void> {
  const { out, notes, now } = session;
  let next: number | undefined;
  let printed = 0;
  for await (const page of pagesOf(session, reader)) {
    const rows = page.items.map((operation) => rowOf(summaryOf(operation), now));
    if (rows.length > 0) await out.lines(table(COLUMNS, rows, { titles: printed === 0 }));
    printed += rows.length;
    next = page.next;
  }
  if (printed === 0) await notes.line('No operation matches.');
  if (next !== undefined) await notes.line(styled('dim', `There are more: --after ${next}, or --all.`));
}

function rowOf(summary: OperationSummary, now: number): readonly string[] {
  const { id, state, priority, attempts, createdAt, kind, entity, failure, dueAt } = summary;
  const wait =
    dueAt === null
      ? ''
      : dueAt > now
        ? `for ${duration(dueAt - now)} more`
        : `since ${duration(now - dueAt)}`;
  return [
    id,
    state,
    String(priority),
    String(attempts),
    duration(now - createdAt),
    kind,
    entity ?? '',
    failure === null ? wait : `${failure.code} ${failure.message}`,
  ];
}
