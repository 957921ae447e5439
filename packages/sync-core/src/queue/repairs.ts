import {
  type NewOperation,
  type StoredOperation,
  withoutStorageFields,
} from '../operation/operation-record.js';
import { ownCopy } from '../operation/own.js';
import { rebased } from '../outcome/decide.js';
import type { RemoteRecord, Resolution } from '../ports/conflict-resolver.js';
import type { Page } from '../ports/queue-storage.js';
import { invalid } from './given.js';
import { type QueueContext, tracked, wake } from './queue-context.js';
import { notAvailable, subjectOf } from './receipt.js';
import { checkVisible, type QueueQuery, queryFor, readVisible, type Visibility } from './visibility.js';

/** What becomes of others when an operation is given up. */
export interface DiscardRules extends Visibility {
  /**
   * Gives up all that waits for it as well, directly or not, and all that refers to what it would have made. Otherwise
   * what waited for it goes, but for what refers to it, which is parked.
   *
   * @defaultValue false
   */
  readonly withFollowers?: boolean;
}

/** What came of reading the quarantine again. */
export interface RereadReceipt {
  /** How many operations are in the queue again, of whomever. */
  readonly restored: number;
  /** How many records are in quarantine still. */
  readonly left: number;
}

// What a person does about operations that do not go by themselves; `SyncQueue` says what each of these means.

export async function retry(context: QueueContext, id: string, visibility: Visibility): Promise<void> {
  await checkVisible(context, id, visibility);
  const [changed] = await requeue(context, [id]);
  if (changed === undefined) throw notAvailable(id);
}

export async function retryAll(
  context: QueueContext,
  query: Pick<QueueQuery, 'kind' | 'entity' | 'principals'>,
): Promise<number> {
  const asked = { ...query };
  const ids = await readVisible(context, asked, async (principals) => {
    const found: string[] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Page<StoredOperation> = await context.storage.list({
        ...queryFor(asked, principals),
        states: ['deadLetter'],
        after,
      });
      found.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    return found;
  });
  return (await requeue(context, ids)).length;
}

export async function discard(
  context: QueueContext,
  id: string,
  { withFollowers = false, ...visibility }: DiscardRules = {},
): Promise<readonly StoredOperation[]> {
  const { storage, clock, outcomes, hub } = context;
  const step = async (): Promise<readonly StoredOperation[]> => {
    await checkVisible(context, id, visibility);
    const gone = await storage.discard([id], { withFollowers, at: clock.now() });
    await outcomes.tell(
      gone.map((one) => ({
        id: one.id,
        outcome: 'discarded',
        tell: () => hub.emit({ type: 'discarded', ...subjectOf(one) }),
      })),
    );
    return gone;
  };
  const discarded = await tracked(context, step());
  const named = discarded.find((one) => one.id === id);
  if (named === undefined) throw notAvailable(id);
  wake(context);
  // What others made on top of it is given up as well, but not shown.
  return visibility.principals === 'all'
    ? discarded
    : discarded.filter(({ principal }) => principal === named.principal);
}

export async function edit(context: QueueContext, id: string, payload: unknown): Promise<string> {
  // Before anything is waited for: what the caller does to it afterwards changes nothing.
  const own = ownCopy(payload);
  const stored = await available(context, id);
  return replace(context, stored, await context.factory.edit(withoutStorageFields(stored), own));
}

/** What a person may decide. */
const DECISIONS: ReadonlySet<string> = new Set<Resolution['kind']>(['use-local', 'use-remote', 'merge']);

export async function resolve(
  context: QueueContext,
  id: string,
  resolution: Exclude<Resolution, { kind: 'defer' }>,
): Promise<string | undefined> {
  const { kind } = resolution;
  const merged = kind === 'merge' ? context.factory.text(resolution.value) : undefined;
  if (!DECISIONS.has(kind)) invalid(`resolve takes ${[...DECISIONS].join(', ')}, but got ${kind}.`);
  const stored = await available(context, id);
  if (stored.failure?.code !== 'CONFLICT_DEFERRED') throw notAvailable(id);
  if (kind === 'use-remote') {
    await discard(context, id);
    return undefined;
  }
  const remote = stored.failure.details as RemoteRecord;
  const winner = merged === undefined ? stored : context.factory.content(stored.kind, merged);
  return replace(context, stored, rebased(stored, winner, remote, context.newId()));
}

/** Lets operations go again and tells so. @returns the ids of those that were held, or waited */
export async function requeue(context: QueueContext, ids: readonly string[]): Promise<readonly string[]> {
  const { storage, clock, hub } = context;
  const changed = await storage.requeue(ids, clock.now());
  for (const id of changed) {
    const stored = hub.isHeard ? await storage.get(id) : undefined;
    if (stored !== undefined) hub.emit({ type: 'requeued', ...subjectOf(stored) });
  }
  wake(context);
  return changed;
}

/** Brings back what was put aside and can be read now, and tells so. */
export async function rereadQuarantined({ storage, hub, refreshers }: QueueContext): Promise<RereadReceipt> {
  try {
    const { restored, left } = await storage.rereadQuarantined();
    for (const operation of restored) hub.emit({ type: 'restored', ...subjectOf(operation) });
    return { restored: restored.length, left };
  } finally {
    // Also where it failed in the middle.
    for (const refresh of refreshers) refresh();
  }
}

/** One that may be given another content: by its own principal alone, since it goes out in that name. */
async function available(context: QueueContext, id: string): Promise<StoredOperation> {
  await checkVisible(context, id, {});
  const stored = await context.storage.get(id);
  if (stored === undefined || stored.state === 'leased') throw notAvailable(id);
  return stored;
}

async function replace(
  context: QueueContext,
  stored: StoredOperation,
  operation: NewOperation,
): Promise<string> {
  const { storage, clock, outcomes, hub } = context;
  const { id } = operation;
  const step = async (): Promise<boolean> => {
    const isReplaced = await storage.replace(stored.id, operation, clock.now());
    if (!isReplaced) return false;
    const tell = (): void => hub.emit({ type: 'replaced', replacedBy: id, ...subjectOf(stored) });
    await outcomes.tell([{ id: stored.id, outcome: 'replaced', tell }]);
    return true;
  };
  if (!(await tracked(context, step()))) throw notAvailable(stored.id);
  wake(context);
  return operation.id;
}
