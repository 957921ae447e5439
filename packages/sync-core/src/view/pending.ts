import type { Observable } from 'rxjs';
import type { StoredOperation } from '../operation/operation-record.js';
import { type QueuedOperation, toOperation } from '../operation/to-operation.js';
import type { Page, QueueStorage } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import { laneOf } from '../rules/lane-of.js';
import { holderOf, isLost } from './held.js';
import type { QueueContext } from '../queue/queue-context.js';

/** The operations of an entity that still wait for the server, again after each change to one of them. */
export function pendingStream(context: QueueContext, entity: string): Observable<readonly QueuedOperation[]> {
  const { hub, session } = context;
  return hub.stream((next) => {
    let reading: Promise<void> | undefined;
    let isStale = false;
    let { principal: shownTo } = session;
    let shown: readonly QueuedOperation[] | undefined;
    const show = (found: readonly QueuedOperation[]): void => {
      // Nothing after nothing is no news.
      const isSame = shown?.length === 0 && found.length === 0;
      shown = found;
      if (!isSame) next(found);
    };
    const read = async (): Promise<void> => {
      isStale = false;
      show(await session.read((principals) => readPending(context.storage, entity, principals)));
    };
    const refresh = (): void => {
      isStale = true;
      // What somebody else did is gone at once, however long the storage takes.
      if (shown !== undefined && shownTo !== session.principal) show([]);
      shownTo = session.principal;
      reading ??= read()
        .catch((error: unknown) => hub.fail(error, 'STORAGE_FAILED'))
        .finally(() => {
          reading = undefined;
          if (isStale) refresh();
        });
    };
    context.refreshers.add(refresh);
    const stop = hub.on((event) => {
      if ('entity' in event && event.entity === entity) refresh();
    });
    refresh();
    return () => {
      stop();
      context.refreshers.delete(refresh);
    };
  });
}

/**
 * The operations of an entity that may still change what the server has. What failed is none of them, nor what waits for
 * it: a change to a thing whose create was refused is a change to nothing.
 */
export async function readPending(
  storage: QueueStorage,
  entity: string,
  principals: Principals,
): Promise<readonly QueuedOperation[]> {
  const found: QueuedOperation[] = [];
  const lost = new Set<string | undefined>();
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Page<StoredOperation> = await storage.list({ entity, principals, after });
    for (const stored of page.items) {
      if (stored.aside) continue;
      const lane = laneOf(stored);
      // What stands behind it in the lane waits for it.
      if (!lost.has(lane) && (isLost(stored) || (await waitsForLost(storage, stored)))) lost.add(lane);
      if (!lost.has(lane)) found.push(toOperation(stored));
    }
    after = page.next;
  }
  return found;
}

async function waitsForLost(
  storage: QueueStorage,
  { id, state, dependsOn }: StoredOperation,
): Promise<boolean> {
  if (state !== 'blocked' || dependsOn.length === 0) return false;
  return (await holderOf(storage, id, isLost)) !== undefined;
}

/**
 * What the person should see: the server's value with the waiting operations laid over it, in order. When the
 * server refuses one, it is no longer pending, nor is what waits for it, and the next projection is without them.
 *
 * @param apply - the effect of one operation on a value; pure
 */
export function project<State>(
  base: State,
  pending: readonly QueuedOperation[],
  apply: (state: State, operation: QueuedOperation) => State,
): State {
  return pending.reduce(apply, base);
}
