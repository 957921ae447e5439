import type { OperationState } from '../operation/operation.js';

/** Why an operation is where it is. */
export interface Explanation {
  readonly state: OperationState;
  /** What it waits for: a stable word for programs. */
  readonly waitsFor:
    | 'nothing'
    | 'worker'
    | 'operation'
    | 'time'
    | 'network'
    | 'signIn'
    | 'resume'
    | 'answer'
    | 'decision'
    | 'newerApp'
    | 'newerServer';
  /** The same for a person, in a sentence. */
  readonly message: string;
  /** Until when, in milliseconds since the epoch, where that is known. */
  readonly until?: number;
  /** The operations it waits for. */
  readonly operations?: readonly string[];
}

/** Why an operation is where it is, without where that is. */
export type Reason = Omit<Explanation, 'state'>;
