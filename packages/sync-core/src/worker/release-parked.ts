import type { StoredOperation } from '../operation/operation-record.js';
import type { Page } from '../ports/queue-storage.js';
import type { QueueContext } from '../queue/queue-context.js';
import { subjectOf } from '../queue/receipt.js';

/** Reasons that a newer version of the app may have done away with. */
const FOR_A_NEWER_APP: ReadonlySet<string | undefined> = new Set([
  'OPERATION_KIND_UNKNOWN',
  'OPERATION_VERSION_NEWER',
  'OPERATION_UPCAST_FAILED',
]);

/** Lets parked operations go that this version of the app knows. */
export async function releaseParked({ storage, registry, clock, hub }: QueueContext): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Page<StoredOperation> = await storage.list({ states: ['parked'], after });
    const free = page.items.filter(
      (operation) => FOR_A_NEWER_APP.has(operation.failure?.code) && registry.knows(operation),
    );
    const requeued =
      free.length === 0
        ? []
        : await storage.requeue(
            free.map(({ id }) => id),
            clock.now(),
          );
    for (const operation of free) {
      if (requeued.includes(operation.id)) hub.emit({ type: 'requeued', ...subjectOf(operation) });
    }
    after = page.next;
  }
}
