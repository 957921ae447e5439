import { type SyncFailure } from '../errors/sync-failure.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { EventHub } from '../queue/event-hub.js';

/**
 * Whose operations are parked until they sign in again.
 *
 * The first 401 of a principal asks the credential provider, once; others that arrive meanwhile wait for the same
 * answer. If the renewed credentials meet a 401 again, nobody is asked any more until `resume`.
 */
export class SignIn {
  readonly #hub: EventHub;
  readonly #credentials: CredentialProvider | undefined;
  readonly #wake: () => void;
  readonly #parked = new Set<string | undefined>();
  readonly #refreshed = new Set<string | undefined>();

  constructor(hub: EventHub, credentials: CredentialProvider | undefined, wake: () => void) {
    this.#hub = hub;
    this.#credentials = credentials;
    this.#wake = wake;
  }

  isParked(principal: string | undefined): boolean {
    return this.#parked.has(principal);
  }

  /** The server answered that the principal is not signed in. */
  required(principal: string | undefined, failure: SyncFailure, signal: AbortSignal): void {
    if (this.#parked.has(principal)) return;
    this.#parked.add(principal);
    this.#hub.emit({ type: 'signInRequired', principal, failure });
    if (this.#credentials === undefined || this.#refreshed.has(principal)) return;
    void this.#refresh(this.#credentials, principal, signal);
  }

  /** The server took the principal's credentials. */
  accepted(principal: string | undefined): void {
    if (this.#refreshed.size > 0) this.#refreshed.delete(principal);
  }

  /** Somebody signed in again. */
  resume(principal: string | undefined): void {
    this.#refreshed.delete(principal);
    if (!this.#parked.delete(principal)) return;
    this.#hub.emit({ type: 'signedIn', principal });
    this.#wake();
  }

  async #refresh(
    credentials: CredentialProvider,
    principal: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (!(await credentials.refresh(principal, { signal }))) return;
      this.resume(principal);
      this.#refreshed.add(principal);
    } catch (error) {
      this.#hub.fail(error, 'UNAUTHENTICATED');
    }
  }
}
