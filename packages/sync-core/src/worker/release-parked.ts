import type { StoredOperation } from '../operation/operation-record.js';
import type { Page } from '../ports/queue-storage.js';
import type { QueueContext } from '../queue/queue-context.js';
import { requeue } from '../queue/repairs.js';

/** Reasons that a newer version of the app may have done away with. */
const FOR_A_NEWER_APP: ReadonlySet<string | undefined> = new Set([
  'OPERATION_KIND_UNKNOWN',
  'OPERATION_VERSION_NEWER',
  'OPERATION_UPCAST_FAILED',
]);

/** Lets parked operations go that this version of the app knows. */
export async function releaseParked(context: QueueContext): Promise<void> {
  const { storage, registry } = context;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Page<StoredOperation> = await storage.list({ states: ['parked'], after });
    const free = page.items.filter(
      (operation) => FOR_A_NEWER_APP.has(operation.failure?.code) && registry.knows(operation),
    );
    const ids = free.map(({ id }) => id);
    if (ids.length > 0) await requeue(context, ids);
    after = page.next;
  }
}
