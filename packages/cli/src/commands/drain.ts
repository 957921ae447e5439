import { FetchTransport } from '@cpc/adapters';
import type { SqliteQueueReader, SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defer, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withReader } from '../file/with-reader.js';
import { requireWrite, withStorage } from '../file/with-storage.js';
import type { CommonOptions, Session } from '../session.js';
import { amount, count } from '../terminal/durations.js';
import { Progress } from '../terminal/progress.js';
import { DrainTally, type DrainReport } from './drain-tally.js';
import { sealedError } from './export.js';

export interface DrainOptions extends CommonOptions {
  readonly url: string;
  readonly tokenEnv?: string;
  readonly principal?: string;
  readonly batch: number;
  readonly concurrency: number;
  readonly maxAttempts: number;
}

/**
 * `drain`: delivers what may go now, each operation once, over HTTP to a receiver of `@cpc/server`.
 *
 * Operations go out as they are stored, since the definitions of their kinds are the app's. What only those could do
 * is left to the app: temporary ids are not replaced, so a queue with any is refused, and conflicts are parked.
 */
export async function drain(session: Session<DrainOptions>): Promise<ExitCode> {
  requireWrite(session, 'delivers operations and removes them from the queue');
  const transport = transportOf(session);
  const total = await withReader(session, (reader) => countOwn(session, reader));
  const report = await withStorage(session, 'passed on', (storage) =>
    deliver(session, storage, transport, total),
  );
  const left = await withReader(session, (reader) => countOwn(session, reader));
  await print(session, { ...report, left });
  session.io.signal.throwIfAborted();
  return left > 0 ? EXIT.attention : EXIT.ok;
}

async function deliver(
  { io, notes, options }: Session<DrainOptions>,
  storage: SqliteQueueStorage,
  transport: FetchTransport,
  total: number,
): Promise<Omit<DrainReport, 'left'>> {
  const { principal, batch, concurrency, maxAttempts } = options;
  const queue = new SyncQueue({ storage, clock: io.clock }, { operations: [], unknownKinds: 'send' });
  const tally = new DrainTally(notes, new Progress(notes, io.clock, { label: 'drain', total }));
  const worker = new SyncWorker(
    { queue, transport, resolver: defer },
    { batchSize: batch, concurrency, maxAttempts, principals: [...new Set([undefined, principal])] },
  );
  const subscription = queue.allEvents$.subscribe((event) => tally.heard(event));
  await queue.open();
  try {
    await worker.drain({ signal: io.signal, waitForDue: false });
  } finally {
    subscription.unsubscribe();
    await queue.close();
  }
  return tally.end();
}

/** How many operations are this drain's to deliver; refuses a queue that it could not deliver rightly. */
async function countOwn({ options }: Session<DrainOptions>, reader: SqliteQueueReader): Promise<number> {
  const { groups, sealed, referring } = await reader.overview();
  if (sealed > 0) throw sealedError(sealed);
  if (referring > 0) {
    throw new CliError(
      EXIT.failed,
      `Temporary ids are mentioned by ${amount(referring, 'operation')}. Only the app knows where the server's answers hold the permanent ones: drain with the app.`,
    );
  }
  const own = groups.filter(({ principal }) => principal === undefined || principal === options.principal);
  return own.reduce((sum, group) => sum + group.count, 0);
}

function transportOf({ options, io }: Session<DrainOptions>): FetchTransport {
  const { url, tokenEnv, principal, batch } = options;
  const token = tokenEnv === undefined ? undefined : tokenOf(io.env, tokenEnv);
  try {
    return new FetchTransport({
      endpoint: url,
      maxBatchSize: batch,
      clock: io.clock,
      // The token is the named principal's: what nobody enqueued does not go under it, and the other way round.
      credentials: (whose) =>
        token === undefined || whose !== principal ? {} : { authorization: `Bearer ${token}` },
    });
  } catch (cause) {
    throw new CliError(EXIT.usage, `--url cannot be used: ${(cause as Error).message}.`, { cause });
  }
}

function tokenOf(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const token = env[name];
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError(
    EXIT.usage,
    `--token-env names ${name}, which ${token === undefined ? 'is not set' : 'does not hold a token of visible ASCII characters'}.`,
  );
}

async function print({ out, options }: Session<DrainOptions>, report: DrainReport): Promise<void> {
  if (options.json) return out.json(report);
  const { delivered, retrying, deadLetters, conflicts, other, left } = report;
  await out.line(
    `Delivered ${count(delivered)}; ${count(retrying)} will be tried again, ${count(deadLetters)} became dead letters, ${count(conflicts)} wait for a decision, ${count(other)} were put back or expired. ${count(left)} are left.`,
  );
}
