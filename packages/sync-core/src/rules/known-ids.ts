import type { NewOperation } from '../operation/operation-record.js';
import type { SyncFailure } from '../errors/sync-failure.js';
import { isElsewhere } from '../operation/origin.js';
import { rewriteReferences } from '../operation/rewrite-references.js';
import type { IdAssignment, StorageReceipt } from '../ports/queue-storage.js';
import { MAX_SUCCESSORS } from './bounds.js';
import { REFERENCE_ENDED } from './ended.js';

/** The fate of an operation that left the queue without being delivered: what it would have made never came to be. */
export const ENDED = 0;

/**
 * What became of an id: the id of the operation that it is part of now, its own where that operation was changed
 * in its place, `null` where it was delivered, or {@link ENDED}.
 */
export type Fate = string | null | typeof ENDED;

/** Where to look an id up. */
export interface IdLookup {
  isPresent(id: string): boolean;
  /** `undefined` where nothing is known of the id. */
  fateOf(id: string): Fate | undefined;
}

/** The same, with the permanent ids that temporary ones became. */
export interface KnownIds extends IdLookup {
  permanentIdOf(temporaryId: string): string | undefined;
  /**
   * Whether damage took away what an id means: what it would make lies in quarantine, or what it made is there under an
   * id that can no longer be read. Absent where no damage is ever found.
   */
  isLost?(id: string): boolean;
}

/** The operation in the queue that an id means now; `undefined` where none does. */
export function successorOf(id: string, lookup: IdLookup): string | undefined {
  let current: Fate | undefined = id;
  for (let hops = 0; hops < MAX_SUCCESSORS && typeof current === 'string'; hops++) {
    if (lookup.isPresent(current)) return current;
    current = lookup.fateOf(current);
  }
  return undefined;
}

/** The operation, waiting for those that took the place of what it names. */
export function followSuccessors<T extends NewOperation>(operation: T, lookup: IdLookup): T {
  const { dependsOn } = operation;
  if (!dependsOn.some((id) => typeof lookup.fateOf(id) === 'string')) return operation;
  return { ...operation, dependsOn: [...new Set(dependsOn.map((id) => successorOf(id, lookup) ?? id))] };
}

/**
 * An operation that enters the queue, with permanent ids in the place of temporary ones and successors in the place of
 * what they replaced. Where it was attempted before, every repeat must be the same request, so its content stays.
 */
export function withKnownIds<T extends NewOperation>(operation: T, ids: KnownIds, wasAttempted = false): T {
  if (operation.dependsOn.length === 0 && operation.references.length === 0) return operation;
  const rewritten = wasAttempted ? operation : rewriteReferences(operation, (id) => ids.permanentIdOf(id));
  return followSuccessors(rewritten, ids);
}

/**
 * The first thing that an operation mentions and that never came to be, or was lost to damage; `undefined` where there is
 * none. What is still in the queue, or became a permanent id, is none.
 */
export function endedReference(
  { references }: Pick<NewOperation, 'references'>,
  ids: KnownIds,
): string | undefined {
  const isGone = (id: string): boolean => hasEnded(id, ids) || ids.isLost?.(id) === true;
  return references.find(
    (reference) =>
      isElsewhere(reference) && ids.permanentIdOf(reference.id) === undefined && isGone(reference.id),
  )?.id;
}

/** Whether an operation that was parked since it mentions a thing that never came to be mentions none any more. */
export function isFreed(
  operation: NewOperation,
  { code, details }: Pick<SyncFailure, 'code' | 'details'>,
  ids: KnownIds,
): boolean {
  if (code !== REFERENCE_ENDED || endedReference(operation, ids) !== undefined) return false;
  // Its end may have been forgotten.
  const named = (details as { readonly id?: unknown } | undefined)?.id;
  return !operation.references.some(({ id }) => id === named);
}

function hasEnded(id: string, lookup: IdLookup): boolean {
  let current: Fate | undefined = id;
  for (let hops = 0; hops < MAX_SUCCESSORS && typeof current === 'string'; hops++) {
    if (lookup.isPresent(current)) return false;
    current = lookup.fateOf(current);
  }
  return current === ENDED;
}

/** The operation after a temporary id became a permanent one; itself where it was attempted or names another. */
export function withAssignment(
  operation: NewOperation,
  wasAttempted: boolean,
  { from, to }: IdAssignment,
): NewOperation {
  return wasAttempted ? operation : rewriteReferences(operation, (id) => (id === from ? to : undefined));
}

/**
 * The answer to an id that was taken before and has left, joined or changed since; `undefined` where nothing is known
 * of it. Its payload may have changed, so it is not compared.
 */
export function repeatOfPast(id: string, lookup: IdLookup): StorageReceipt | undefined {
  if (lookup.fateOf(id) === undefined) return undefined;
  const into = successorOf(id, lookup);
  return into === undefined || into === id ? { kind: 'duplicate' } : { kind: 'duplicate', into };
}

/**
 * The answer to an id that is in the queue: a repeat says the same, as it was given or with the ids that are known now.
 *
 * @param given - as the caller gave it
 * @param operation - the same with known ids
 */
export function repeatOfPresent(
  present: Pick<NewOperation, 'kind' | 'payload'>,
  given: NewOperation,
  operation: NewOperation,
): StorageReceipt | 'OPERATION_ID_REUSED' {
  const isSame =
    present.kind === given.kind &&
    (present.payload === given.payload || present.payload === operation.payload);
  return isSame ? { kind: 'duplicate' } : 'OPERATION_ID_REUSED';
}
