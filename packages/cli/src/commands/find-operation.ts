import type { ReadOperation, SqliteQueueReader } from '@cpc/storage-sqlite';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import type { Session } from '../session.js';

/** The operation with the id; ends the command where there is none. */
export async function findOperation(
  { options }: Session,
  reader: SqliteQueueReader,
  id: string,
): Promise<ReadOperation> {
  const found = await reader.get(id);
  if (found !== undefined) return found;
  throw new CliError(
    EXIT.notFound,
    `There is no operation ${id} in the queue "${options.queue}": it was delivered, discarded or never enqueued.`,
  );
}
