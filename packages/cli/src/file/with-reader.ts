import { SqliteQueueReader } from '@cpc/storage-sqlite';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import type { Session } from '../session.js';
import { probeFile } from './probe-file.js';

/** Opens the file for reading, and gives the work a queue that can be read. */
export async function withReader<T>(
  session: Session,
  work: (reader: SqliteQueueReader) => Promise<T>,
): Promise<T> {
  return withOpenFile(session, async (reader) => {
    await checkQueue(session, reader);
    return work(reader);
  });
}

/** Opens the file for reading, whatever format the queue has and whether it is there. */
export async function withOpenFile<T>(
  { file, options }: Session,
  work: (reader: SqliteQueueReader) => Promise<T>,
): Promise<T> {
  await probeFile(file, 'read');
  const reader = new SqliteQueueReader({ file, queue: options.queue, busyTimeoutMs: options.busyTimeout });
  try {
    await reader.open();
    return await work(reader);
  } finally {
    await reader.close();
  }
}

async function checkQueue(session: Session, reader: SqliteQueueReader): Promise<void> {
  const { file, options } = session;
  const { queue } = options;
  const queues = await reader.queues();
  const format = queues.find((one) => one.queue === queue)?.format;
  if (format === SqliteQueueReader.currentFormat) return;
  if (format !== undefined) {
    throw new CliError(
      EXIT.unreadable,
      `The queue "${queue}" has the older format ${format}. Take a copy of the file, then bring it up to date: ${session.command('doctor', '--write')}`,
    );
  }
  const names = queues.map((one) => `"${one.queue}"`).join(', ');
  throw new CliError(
    EXIT.unreadable,
    names === ''
      ? `${file} holds no queue.`
      : `${file} holds no queue "${queue}". It holds ${names}: choose with --queue.`,
  );
}
