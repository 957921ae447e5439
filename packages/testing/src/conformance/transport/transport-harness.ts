import type { Transport } from '@cpc/sync-core';
import type { Fault, Forgery } from '../../faults/fault.js';
import type { FaultPlan } from '../../faults/fault-plan.js';

/**
 * What the suite for transports asks of a test: a transport, a real server behind it, and the network between them in
 * its hands.
 *
 * The server applies each idempotency key of a principal once and knows two kinds. Payloads of `conformance.write` are
 * {@link ConformanceWrite}, and say what the server answers. Operations of `conformance.rename` give their entity
 * the payload as its value and a new version, '1' at first; with a `baseVersion` that is not the current one they are
 * a conflict, whose remote record has that value and version. It knows `ann` and `bob`, and takes nobody else; where
 * operations name another one than their credentials sign in, it applies nothing and answers `PRINCIPAL_MISMATCH`.
 */
export interface TransportHarness {
  /** Signs each principal in as `credentials` says, under a name that the server takes for the principal's. */
  readonly transport: Transport;
  readonly supports: TransportSupports;
  /** How long a send may take before it counts as hanging, in milliseconds. @defaultValue 20_000 */
  readonly boundMs?: number;
  /** What the network does with everything from now on. */
  network(plan: FaultPlan): void;
  /** Every effect that the server had, in order. */
  effects(): Promise<readonly TransportEffect[]>;
  /** What was sent of an operation, one text for each time: its own bytes, without credentials. */
  sent(id: string): readonly string[];
  /** How many requests are under way on the network. */
  underWay(): number;
  /** Who is signed in on the device; `ann` and `bob` in the beginning. Asked by the transport, which keeps nothing. */
  readonly signedIn: Set<string>;
  /**
   * From now on, what signs `principal` in are the credentials of `other`, as with one cookie for everybody. Absent where
   * the server does not compare whose operations they are with whom it authenticated.
   */
  readonly actAs?: (principal: string, other: string) => void;
  /**
   * The server's clock, in milliseconds since the epoch. Absent where its answers do not say it.
   */
  readonly time?: () => number;
  /** The server holds every operation before its effect until the returned function is called. */
  hold(): () => void;
  /** An address that answers nothing useful and counts what it was sent; given where redirects can be shown. */
  readonly elsewhere?: { readonly origin: string; requests(): number };
  /** Ends and removes everything. Called once, also after a failed case. */
  dispose(): Promise<void>;
}

export interface TransportSupports {
  /** The faults that this network can show. */
  readonly faults: readonly Fault['kind'][];
  /** The answers that this network can forge. */
  readonly forgeries: readonly Forgery[];
  /** The largest payload that the server takes, in bytes. */
  readonly maxPayloadBytes: number;
  /** Whether the server's answers have a place for the position of a change. @defaultValue true */
  readonly positions?: boolean;
}

export interface TransportEffect {
  readonly id: string;
  readonly principal: string;
  readonly payload: unknown;
}

/** A payload of `conformance.write`. */
export interface ConformanceWrite {
  /**
   * What the server answers: that it applied the operation; that it refuses it (422, code `REFUSED`); that it shall
   * come again after 7 s (503); or it fails (500). Only the first has an effect.
   */
  readonly answer: 'applied' | 'refused' | 'later' | 'failed';
  /** Given back as the result of what was applied. */
  readonly text: string;
  /** Where the server says that the change stands in its feed of changes; it says nothing where this is absent. */
  readonly position?: string;
}
