import type { SignInRules } from '../ports/sign-in.js';
import type { OperationState } from '../operation/operation.js';
import { type InLane, laneOf } from './lane-of.js';

/** What the rules look at in an operation that somebody might adopt. */
export interface Adoptable extends InLane {
  readonly id: string;
  readonly state: OperationState;
  /** Whether it may have been sent, by the lease that it is under as well. */
  readonly attempted: boolean;
  /** A dead letter that has left its lane. */
  readonly isAside: boolean;
}

/**
 * Which operations a sign-in makes the principal's, see {@link SignInRules.adopt}. It is asked about all that have no
 * principal, in order of sequence, before any of them changes.
 */
export class Adoption {
  readonly #ids: ReadonlySet<string> | undefined;
  /** Lanes in which one was attempted: what comes behind it must not overtake it. */
  readonly #bound = new Set<string>();

  private constructor(ids: readonly string[] | undefined) {
    this.#ids = ids && new Set(ids);
  }

  /** @returns `undefined` where nothing is adopted */
  static of(principal: string | undefined, { adopt = false }: SignInRules): Adoption | undefined {
    if (principal === undefined || adopt === false) return undefined;
    return new Adoption(adopt === true ? undefined : adopt);
  }

  takes(operation: Adoptable): boolean {
    if (this.#ids !== undefined) return operation.state !== 'leased' && this.#ids.has(operation.id);
    const lane = operation.isAside ? undefined : laneOf(operation);
    if (lane === undefined) return !operation.attempted;
    if (operation.attempted) this.#bound.add(lane);
    return !this.#bound.has(lane);
  }
}
