import type { Session } from '../session.js';
import { withOpenFile } from '../file/with-reader.js';
import { conditionOf, refuseWhileLeased } from '../file/leases.js';
import { requireWrite, withOpenStorage } from '../file/with-storage.js';
import { SqliteQueueReader } from '@cpc/storage-sqlite';

/**
 * Mends what can be mended without a decision, as a worker does when it starts: an older format, leases that ended,
 * waits that a wrong clock made too long, damaged records, which go into quarantine.
 */
export async function mend(session: Session): Promise<void> {
  requireWrite(session, 'mends the file');
  const leases = await withOpenFile(session, async (reader) => {
    const formats = await reader.queues();
    const found = formats.find(({ queue }) => queue === session.options.queue)?.format;
    return found === SqliteQueueReader.currentFormat ? reader.leases() : [];
  });
  // One that is longer than a lease lasts is what is to be mended.
  const lasting = leases.filter((lease) => conditionOf(lease, session.now) === 'live');
  refuseWhileLeased(lasting, session.now, '');
  await withOpenStorage(session, 'left alone', async (storage) => {
    await storage.clampTimes(session.now);
    // For nobody: it leases nothing, and lets leases lapse that ended.
    await storage.claim({ now: session.now, limit: 1, leaseMs: 1, principals: [] });
    let after: number | undefined = 0;
    while (after !== undefined) {
      await session.nextRound();
      const page: Awaited<ReturnType<typeof storage.list>> = await storage.list({ after, limit: 500 });
      after = page.next;
    }
  });
}
