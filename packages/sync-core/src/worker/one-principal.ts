import type { StoredOperation } from '../operation/operation-record.js';

/**
 * Operations that may go out together, and the rest of a claim, which goes back. A send carries one principal's
 * operations; a second send beside it might be one too many.
 */
export function ofOnePrincipal(
  operations: readonly StoredOperation[],
): readonly [mine: readonly StoredOperation[], others: readonly StoredOperation[]] {
  const principal = operations[0]?.principal;
  const isMine = (operation: StoredOperation): boolean => operation.principal === principal;
  if (operations.every(isMine)) return [operations, []];
  return [operations.filter(isMine), operations.filter((operation) => !isMine(operation))];
}
