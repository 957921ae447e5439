import type { StoredOperation } from '../operation/operation-record.js';
import type { ListQuery } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import type { QueueContext } from './queue-context.js';
import { notYours } from './receipt.js';

/** Whose operations a call may see and touch. */
export interface Visibility {
  /**
   * `'all'` for everybody's: for tools in the hands of whoever may look over the shoulders of all. A list names some;
   * `undefined` in it stands for what is nobody's.
   *
   * @defaultValue who is signed in, and nobody's only while nobody is
   */
  readonly principals?: Principals | 'all';
}

/** What `SyncQueue.list` is asked. */
export type QueueQuery = Omit<ListQuery, 'principals'> & Visibility;

/** A query that its caller cannot change any more. */
export function ownQuery({ states, principals, ...query }: QueueQuery): QueueQuery {
  return {
    ...query,
    ...(states !== undefined && { states: [...states] }),
    ...(principals !== undefined && { principals: principals === 'all' ? principals : [...principals] }),
  };
}

/** Reads what may be seen: `read` gets the principals, or `undefined` for everybody. */
export function readVisible<T>(
  { session }: QueueContext,
  { principals }: Visibility,
  read: (principals: Principals | undefined) => Promise<T>,
): Promise<T> {
  if (principals === undefined) return session.read(read);
  return read(principals === 'all' ? undefined : principals);
}

/** A query of the storage for the principals. */
export function queryFor<Query extends object>(
  query: Query,
  principals: Principals | undefined,
): Omit<Query, 'principals'> & Pick<ListQuery, 'principals'> {
  const { principals: _, ...rest } = query as Query & Visibility;
  return principals === undefined ? rest : { ...rest, principals };
}

/** An operation, where it is there and may be seen. */
export function getVisible(
  context: QueueContext,
  id: string,
  visibility: Visibility = {},
): Promise<StoredOperation | undefined> {
  return readVisible(context, visibility, async (principals) => {
    const stored = await context.storage.get(id);
    return stored !== undefined && isVisible(stored, principals) ? stored : undefined;
  });
}

/**
 * Refuses to touch what is somebody else's; what is gone is left to the caller.
 *
 * @throws SyncError `PRINCIPAL_MISMATCH`
 */
export async function checkVisible(context: QueueContext, id: string, visibility: Visibility): Promise<void> {
  if (visibility.principals === 'all') return;
  const isOthers = await readVisible(context, visibility, async (principals) => {
    const stored = await context.storage.get(id);
    return stored !== undefined && !isVisible(stored, principals);
  });
  if (isOthers) throw notYours(id);
}

function isVisible({ principal }: StoredOperation, principals: Principals | undefined): boolean {
  return principals?.includes(principal) ?? true;
}
