import type { StoredOperation } from '@cpc/sync-core';
import { EXIT, type ExitCode } from '../exit-code.js';
import { requireWrite, withStorage } from '../file/with-storage.js';
import type { Session } from '../session.js';
import { amount } from '../terminal/durations.js';
import { printUnchanged, unchangedOf, type Unchanged } from './unchanged.js';

/** What `discard --json` prints. */
export interface DiscardReport {
  /** Complete, so that they can be kept elsewhere. */
  readonly discarded: readonly StoredOperation[];
  readonly unchanged: readonly Unchanged[];
}

/** `discard`: gives operations up for good; what waited for them may go. */
export async function discard(session: Session, ids: readonly string[]): Promise<ExitCode> {
  requireWrite(session, 'removes operations for good');
  const report = await withStorage(session, 'left alone', async (storage): Promise<DiscardReport> => {
    const discarded = await storage.discard(ids);
    const removed = discarded.map(({ id }) => id);
    return { discarded, unchanged: await unchangedOf(storage, ids, removed) };
  });
  if (session.options.json) await session.out.json(report);
  else {
    await session.out.line(`Discarded ${amount(report.discarded.length, 'operation')}.`);
    await printUnchanged(session.notes, report.unchanged);
  }
  return report.unchanged.length > 0 ? EXIT.notFound : EXIT.ok;
}
