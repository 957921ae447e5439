import { SqliteQueueReader } from '@cpc/storage-sqlite';
import { isSyncError } from '@cpc/sync-core';
import { messageOf } from '../cli-error.js';
import { checkDelivery } from '../doctor/check-delivery.js';
import { checkIntegrity, checkRecords, unreadable } from '../doctor/check-file.js';
import { checkTime } from '../doctor/check-time.js';
import { mend } from '../doctor/mend.js';
import type { Problem } from '../doctor/problem.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withOpenFile, withReader } from '../file/with-reader.js';
import type { CommonOptions, Session } from '../session.js';
import { count } from '../terminal/durations.js';
import { type Part, styled } from '../terminal/printer.js';

export interface DoctorOptions extends CommonOptions {
  /** In minutes. */
  readonly stallAfter: number;
}

/** What `doctor --json` prints. */
export interface DoctorReport {
  readonly file: string;
  readonly queue: string;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  readonly problems: readonly Problem[];
}

/** `doctor`: looks for whatever is wrong with a queue, and says what to do; with `--write`, mends what it can first. */
export async function doctor(session: Session<DoctorOptions>): Promise<ExitCode> {
  if (session.options.write === true) await mend(session);
  const { file, options, now } = session;
  const problems = await problemsOf(session);
  const report: DoctorReport = { file, queue: options.queue, checkedAt: now, problems };
  if (options.json) await session.out.json(report);
  else await session.out.lines(linesOf(report));
  return problems.length === 0 ? EXIT.ok : EXIT.attention;
}

async function problemsOf(session: Session<DoctorOptions>): Promise<readonly Problem[]> {
  const older = await olderFormat(session);
  if (older !== undefined) return [older];
  const limits = { stallAfterMs: session.options.stallAfter * 60_000 };
  return withReader(session, async (reader) => [
    ...(await checkIntegrity(session, reader)),
    ...(await asFarAsReadable(() => checkRecords(session, reader))),
    ...(await asFarAsReadable(() => checkTime(session, reader))),
    ...(await asFarAsReadable(() => checkDelivery(session, reader, limits))),
  ]);
}

/** A check that meets damage has found a problem, and the others may still find theirs. */
async function asFarAsReadable(check: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  try {
    return await check();
  } catch (error) {
    if (!isSyncError(error, 'STORAGE_DAMAGED')) throw error;
    return [unreadable(messageOf(error))];
  }
}

/** Nothing else can be looked at before it is brought up to date. */
async function olderFormat(session: Session): Promise<Problem | undefined> {
  const queues = await withOpenFile(session, (reader) => reader.queues());
  const format = queues.find(({ queue }) => queue === session.options.queue)?.format;
  if (format === undefined || format === SqliteQueueReader.currentFormat) return undefined;
  return {
    code: 'FORMAT_OLDER',
    severity: 'warning',
    count: 1,
    message: `The queue has format ${format}; this version writes ${SqliteQueueReader.currentFormat}. Nothing else was checked.`,
    advice: `Copy the file. The app brings it up to date when it opens it; ${session.command('doctor', '--write')} does so now. Older versions of the app cannot open it afterwards.`,
    ids: [],
  };
}

function linesOf({ file, queue, problems }: DoctorReport): readonly (readonly Part[])[] {
  const title = styled('bold', `${file}, queue "${queue}"`);
  if (problems.length === 0) return [[title], [styled('green', 'Nothing is wrong.')]];
  return [
    [title],
    ...problems.flatMap(({ code, severity, count: number, message, advice, ids }) => [
      [],
      [styled(severity === 'error' ? 'red' : 'yellow', `${severity} ${code}`), ` (${count(number)})`],
      [`  ${message}`],
      [styled('dim', `  What to do: ${advice}`)],
      ...(ids.length === 0 ? [] : [[`  ${ids.join(' ')}`]]),
    ]),
  ];
}
