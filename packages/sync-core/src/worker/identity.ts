import { toFailure } from '../errors/to-failure.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Clock } from '../ports/clock.js';
import type { SignedIn } from '../ports/sign-in.js';
import type { Transport } from '../ports/transport.js';
import { withTimeout } from './with-timeout.js';

export interface IdentityOptions {
  readonly transport: Pick<Transport, 'whoami'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** What keeps a send from going out: the outcome that its operations meet in its place. */
export type Refusal = Extract<DeliveryOutcome, { kind: 'unauthenticated' | 'unreachable' }>;

/**
 * Asks a transport that can tell whom the server takes this device for, before the first send after each sign-in: where
 * all share one cookie, nothing but the server knows whose it is.
 */
export class Identity {
  readonly #options: IdentityOptions;
  #confirmed: SignedIn | undefined;

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  /** The credentials may be others now, so the next send asks anew. */
  forget(): void {
    this.#confirmed = undefined;
  }

  /** @returns why nothing may be sent in the principal's name; `undefined` where it may */
  async check(principal: string | undefined, signal: AbortSignal): Promise<Refusal | undefined> {
    const { transport, clock, timeoutMs } = this.#options;
    if (transport.whoami === undefined) return undefined;
    // That nothing was confirmed is not the same as a confirmed nobody.
    if (this.#confirmed !== undefined && this.#confirmed.principal === principal) return undefined;
    try {
      const found = await withTimeout(clock, timeoutMs, 'ATTEMPT_TIMEOUT', signal, (attemptSignal) =>
        Promise.resolve(transport.whoami?.(principal, { signal: attemptSignal })),
      );
      if (found !== principal) return { kind: 'unauthenticated', reason: MISMATCH };
      if (!signal.aborted) this.#confirmed = { principal };
      return undefined;
    } catch (error) {
      return { kind: 'unreachable', reason: toFailure(error, 'NETWORK_UNREACHABLE') };
    }
  }
}

const MISMATCH = {
  code: 'PRINCIPAL_MISMATCH',
  message:
    'The server takes this device for somebody else than whose operations it would send. Sign in again.',
} as const;
