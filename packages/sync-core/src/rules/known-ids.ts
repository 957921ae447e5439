import type { NewOperation } from '../operation/operation-record.js';
import { rewriteReferences } from '../operation/rewrite-references.js';
import type { IdAssignment, StorageReceipt } from '../ports/queue-storage.js';
import { MAX_SUCCESSORS } from './bounds.js';

/**
 * What became of an id: the id of the operation that it is part of now, its own where that operation was changed
 * in its place, or `null` where nothing is left of it.
 */
export type Fate = string | null;

/** Where to look an id up. */
export interface IdLookup {
  isPresent(id: string): boolean;
  /** `undefined` where nothing is known of the id. */
  fateOf(id: string): Fate | undefined;
}

/** The same, with the permanent ids that temporary ones became. */
export interface KnownIds extends IdLookup {
  permanentIdOf(temporaryId: string): string | undefined;
}

/** The operation in the queue that an id means now; `undefined` where none does. */
export function successorOf(id: string, lookup: IdLookup): string | undefined {
  let current: string | null | undefined = id;
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
