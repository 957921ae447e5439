import type { ReadOperation } from '@cpc/storage-sqlite';
import type { AttemptRecord } from '@cpc/sync-core';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withReader } from '../file/with-reader.js';
import type { Session } from '../session.js';
import { duration, moment } from '../terminal/durations.js';
import { type Part, styled } from '../terminal/printer.js';
import { table } from '../terminal/table.js';
import { findOperation } from './find-operation.js';

/** What `show --json` prints. */
export interface ShowReport {
  readonly operation: ReadOperation;
}

/** `show`: all that is stored about one operation. */
export async function show(session: Session, id: string): Promise<ExitCode> {
  const operation = await withReader(session, (reader) => findOperation(session, reader, id));
  const report: ShowReport = { operation };
  if (session.options.json) await session.out.json(report);
  else await session.out.lines(linesOf(operation));
  return EXIT.ok;
}

type Line = readonly Part[];

function linesOf(operation: ReadOperation): readonly Line[] {
  const { history, failure } = operation;
  return [
    [styled('bold', operation.id)],
    ...table([{ title: '' }, { title: '' }], fieldsOf(operation), { titles: false }),
    ...(failure === undefined ? [] : [[], [styled('red', `${failure.code}: ${failure.message}`)]]),
    ...(failure?.details === undefined ? [] : jsonLines(JSON.stringify(failure.details))),
    [],
    [styled('bold', 'Payload')],
    ...(operation.isSealed
      ? [['  Written with the codec of the app; it cannot be shown here.']]
      : jsonLines(operation.payload)),
    ...(history.length === 0 ? [] : [[], [styled('bold', 'Attempts')], ...attemptLines(history)]),
  ];
}

function fieldsOf(operation: ReadOperation): readonly (readonly string[])[] {
  const { state, dueAt, delayMs, entity, principal, expiresAt, baseVersion, dependsOn } = operation;
  const time = (ms: number): string => moment(ms);
  const isTimed = state === 'scheduled' || state === 'leased';
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['state', state],
    [
      state === 'leased' ? 'lease ends' : 'due',
      isTimed ? `${time(dueAt)} (${duration(delayMs)})` : undefined,
    ],
    ['kind', `${operation.kind}, version ${operation.version}`],
    ['entity', entity],
    ['principal', principal],
    ['priority', String(operation.priority)],
    ['sequence', String(operation.sequence)],
    ['attempts', `${operation.attempts}${operation.attempted ? ', may have been sent' : ', never sent'}`],
    ['created', time(operation.createdAt)],
    ['scheduled', operation.scheduledAt > operation.createdAt ? time(operation.scheduledAt) : undefined],
    ['expires', expiresAt === undefined ? undefined : time(expiresAt)],
    ['base version', baseVersion],
    ['depends on', dependsOn.length === 0 ? undefined : dependsOn.join(' ')],
    ['timestamp', operation.timestamp],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${name}`, value]]));
}

function jsonLines(text: string): readonly Line[] {
  return prettyJson(text)
    .split('\n')
    .map((line) => [`  ${line}`]);
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    // Stored by something that is not this library: shown as it is.
    return text;
  }
}

function attemptLines(history: readonly AttemptRecord[]): readonly Line[] {
  const rows = history.map(({ startedAt, durationMs, outcome, code, status, message, delayMs }) => [
    `  ${moment(startedAt)}`,
    duration(durationMs),
    outcome,
    [code, status, message].filter((part) => part !== undefined).join(' '),
    delayMs === undefined ? '' : `then waited ${duration(delayMs)}`,
  ]);
  return table(
    [{ title: '' }, { title: '', align: 'right' }, { title: '' }, { title: '', max: 80 }, { title: '' }],
    rows,
    { titles: false },
  );
}
