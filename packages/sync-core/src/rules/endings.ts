import type { NewOutcome } from '../ports/outcome-record.js';

/** Whether an operation that leaves with this outcome creates nothing: it was not delivered. */
export function isEnd(outcome: NewOutcome | undefined): boolean {
  return outcome !== undefined && outcome.outcome !== 'acknowledged';
}

/** Whether an operation takes the meaning of one that failed ahead of it in its lane, see `AfterFailure`. */
export function mayTakeMeaning(
  follower: { readonly kind: string; readonly principal: string | undefined },
  failed: { readonly kind: string; readonly principal: string | undefined },
): boolean {
  return follower.kind === failed.kind && follower.principal === failed.principal;
}

/** The outcome of an operation that failed and whose meaning the operation `into` takes. */
export function supersededBy(into: string, outcome: NewOutcome): NewOutcome {
  return { ...outcome, outcome: 'superseded', into };
}
