/**
 * What format 3 changes: no table, but what the row of the state means. Until then it was written in every
 * transaction; from then on it may lag behind the operations that were appended last, see `QueueState`. A version
 * that does not know it would give their sequences away once more.
 */
export function createFormat3(): string {
  return '';
}
