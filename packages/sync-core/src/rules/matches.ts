import type { OperationState } from '../operation/operation.js';
import type { ListQuery } from '../ports/queue-storage.js';

/** What a query asks of an operation. */
export interface Listed {
  readonly state: OperationState;
  readonly kind: string;
  readonly entity: string | undefined;
  readonly principal: string | undefined;
}

/** Whether an operation belongs to what the query asks for, its page left out. */
export function matches({ state, kind, entity, principal }: Listed, query: ListQuery): boolean {
  return (
    (query.states === undefined || query.states.includes(state)) &&
    (query.kind === undefined || query.kind === kind) &&
    (query.entity === undefined || query.entity === entity) &&
    (query.principals === undefined || query.principals.includes(principal))
  );
}
