import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import type { PayloadCodec } from '@cpc/sync-core';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import type { Session } from '../session.js';
import { refuseWhileLeased } from './leases.js';
import { probeFile } from './probe-file.js';
import { withReader } from './with-reader.js';

/** Refuses a command that changes the file, unless the command line says that it may. */
export function requireWrite({ options }: Session, what: string): void {
  if (options.write === true) return;
  throw new CliError(
    EXIT.usage,
    `This ${what}, and the file is opened for reading only. Nothing was changed. Add --write to allow it.`,
  );
}

/** What the work does with payloads: passes them on, or leaves them alone. */
export type PayloadUse = 'passed on' | 'left alone';

/** Opens a queue for writing, unless a worker may be sending from it now. */
export async function withStorage<T>(
  session: Session,
  payloads: PayloadUse,
  work: (storage: SqliteQueueStorage) => Promise<T>,
): Promise<T> {
  await probeFile(session.file, 'write');
  const leases = await withReader(session, (reader) => reader.leases());
  refuseWhileLeased(leases, session.now, session.command('doctor', '--write'));
  return withOpenStorage(session, payloads, work);
}

/** Opens a queue for writing, whatever its state; makes it where it is not there. */
export async function withOpenStorage<T>(
  { file, options: { queue, busyTimeout } }: Session,
  payloads: PayloadUse,
  work: (storage: SqliteQueueStorage) => Promise<T>,
): Promise<T> {
  const storage = new SqliteQueueStorage({
    file,
    queue,
    busyTimeoutMs: busyTimeout,
    ...(payloads === 'left alone' && { codec: leftClosed }),
  });
  await storage.open();
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

/**
 * Stands for the codec of the app, which is not known here: payloads that it wrote stay closed, and their operations
 * can be requeued and discarded all the same.
 */
const leftClosed: PayloadCodec = {
  encode: () => Promise.reject(new TypeError('expected that no payload is written')),
  decode: (bytes) => Promise.resolve(JSON.stringify({ sealedBytes: bytes.length })),
};
