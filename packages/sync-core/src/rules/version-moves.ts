import type { NewOperation } from '../operation/operation-record.js';
import type { VersionChange } from '../ports/queue-storage.js';

/** Whether a new version reaches an operation behind the one that brought it, see `VersionChange`. */
export function isMovable(
  follower: { readonly attempted: boolean; readonly principal: string | undefined },
  principal: string | undefined,
): boolean {
  return !follower.attempted && follower.principal === principal;
}

/** The operation on top of the new version; itself where it was made on top of another. */
export function withVersion(operation: NewOperation, { from, to }: VersionChange): NewOperation {
  return operation.baseVersion === from ? { ...operation, baseVersion: to } : operation;
}
