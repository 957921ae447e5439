import type { StoredOperation } from '../operation/operation-record.js';

/**
 * Operations that may go out together, and the rest of a claim, which goes back. A send carries one principal's
 * operations; a second send beside it might be one too many, or overtake the first within an entity.
 */
export function ofOnePrincipal(
  operations: readonly StoredOperation[],
): readonly [readonly StoredOperation[], readonly StoredOperation[]] {
  const principal = operations[0]?.principal;
  if (operations.every((operation) => operation.principal === principal)) return [operations, []];
  const mine: StoredOperation[] = [];
  const others: StoredOperation[] = [];
  const held = new Set<string>();
  for (const operation of operations) {
    const { entity } = operation;
    const isMine = operation.principal === principal && !(entity !== undefined && held.has(entity));
    (isMine ? mine : others).push(operation);
    if (!isMine && entity !== undefined) held.add(entity);
  }
  return [mine, others];
}
