import type { SqliteQueueStorage } from '@cpc/storage-sqlite';
import type { OperationState } from '@cpc/sync-core';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { requireWrite, withStorage } from '../file/with-storage.js';
import type { CommonOptions, Session } from '../session.js';
import { amount } from '../terminal/durations.js';
import { printUnchanged, unchangedOf, type Unchanged } from './unchanged.js';

export interface RetryOptions extends CommonOptions {
  readonly all?: boolean;
  readonly kind?: string;
  readonly reason?: string;
}

/** What `retry --json` prints. */
export interface RetryReport {
  readonly retried: readonly string[];
  readonly unchanged: readonly Unchanged[];
}

/** A step is one transaction, so that an app that shares the file is not kept waiting. */
const AT_ONCE = 500;

/** `retry`: lets dead letters and parked operations go again, and ends the wait of scheduled ones. */
export async function retry(session: Session<RetryOptions>, ids: readonly string[]): Promise<ExitCode> {
  const { all, kind, reason } = session.options;
  if ((all === true) === ids.length > 0) {
    throw new CliError(EXIT.usage, 'Name the operations to retry, or all dead letters with --all.');
  }
  if (all !== true && (kind !== undefined || reason !== undefined)) {
    throw new CliError(EXIT.usage, '--kind and --reason choose among --all dead letters; add --all.');
  }
  requireWrite(session, 'changes operations');
  const report = await withStorage(session, 'left alone', (storage) =>
    all === true ? retryAll(session, storage) : retryNamed(storage, ids),
  );
  if (session.options.json) await session.out.json(report);
  else {
    await session.out.line(`Retried ${amount(report.retried.length, 'operation')}.`);
    await printUnchanged(session.notes, report.unchanged);
  }
  return report.unchanged.length > 0 ? EXIT.notFound : EXIT.ok;
}

async function retryNamed(storage: SqliteQueueStorage, ids: readonly string[]): Promise<RetryReport> {
  const retried = await storage.requeue([...new Set(ids)]);
  return { retried, unchanged: await unchangedOf(storage, ids, retried) };
}

async function retryAll(session: Session<RetryOptions>, storage: SqliteQueueStorage): Promise<RetryReport> {
  const { kind, reason } = session.options;
  const retried: string[] = [];
  const states: readonly OperationState[] = ['deadLetter'];
  let after: number | undefined = 0;
  while (after !== undefined) {
    await session.nextRound();
    const page: Awaited<ReturnType<SqliteQueueStorage['list']>> = await storage.list({
      states,
      ...(kind !== undefined && { kind }),
      after,
      limit: AT_ONCE,
    });
    const chosen = page.items.filter(({ failure }) => reason === undefined || failure?.code === reason);
    retried.push(...(await storage.requeue(chosen.map(({ id }) => id))));
    after = page.next;
  }
  return { retried, unchanged: [] };
}
