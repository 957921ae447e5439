import { type SyncFailure } from '../errors/sync-failure.js';
import type { Clock } from '../ports/clock.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { EventHub } from '../queue/event-hub.js';

/**
 * Whose operations are parked until they sign in again.
 *
 * The first 401 of a principal asks the credential provider, once; others that arrive meanwhile wait for the same
 * answer. If the renewed credentials meet a 401 again, nobody is asked any more until `resume`. A 401 for what was
 * sent before the credentials were renewed says nothing about the new ones.
 */
export class SignIn {
  readonly #hub: EventHub;
  readonly #clock: Clock;
  readonly #credentials: CredentialProvider | undefined;
  readonly #wake: () => void;
  readonly #parked = new Set<string | undefined>();
  readonly #refreshed = new Set<string | undefined>();
  /** When each principal last signed in again, in monotonic milliseconds. */
  readonly #signedInAt = new Map<string | undefined, number>();
  #refreshes = 0;

  constructor(hub: EventHub, clock: Clock, credentials: CredentialProvider | undefined, wake: () => void) {
    this.#hub = hub;
    this.#clock = clock;
    this.#credentials = credentials;
    this.#wake = wake;
  }

  isParked(principal: string | undefined): boolean {
    return this.#parked.has(principal);
  }

  /** Whether a credential provider is being asked, so that something may go soon. */
  get isRefreshing(): boolean {
    return this.#refreshes > 0;
  }

  /** The server answered that the principal is not signed in, to what was sent at `sentAt`, in monotonic milliseconds. */
  required(principal: string | undefined, failure: SyncFailure, sentAt: number, signal: AbortSignal): void {
    if (this.#parked.has(principal) || sentAt < (this.#signedInAt.get(principal) ?? -Infinity)) return;
    this.#parked.add(principal);
    this.#hub.emit({ type: 'signInRequired', principal, failure });
    if (this.#credentials === undefined || this.#refreshed.has(principal)) return;
    void this.#refresh(this.#credentials, principal, signal);
  }

  /** The server took the principal's credentials. */
  accepted(principal: string | undefined): void {
    if (this.#refreshed.size > 0) this.#refreshed.delete(principal);
  }

  /**
   * Somebody signed in to the queue: their operations may go, and nobody's, which go under the same credentials.
   * Signing out lets nothing go.
   */
  signedIn(principal: string | undefined): void {
    if (principal === undefined) return;
    this.resume(principal);
    this.resume(undefined);
  }

  /** A worker starts: whoever was parked may have signed in while it did not run, so the server is asked anew. */
  forget(): void {
    this.#parked.clear();
    this.#refreshed.clear();
  }

  /** Somebody signed in again. */
  resume(principal: string | undefined): void {
    this.#refreshed.delete(principal);
    this.#signedInAt.set(principal, this.#clock.monotonicMs());
    if (!this.#parked.delete(principal)) return;
    this.#hub.emit({ type: 'signedIn', principal });
    this.#wake();
  }

  async #refresh(
    credentials: CredentialProvider,
    principal: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#refreshes++;
    try {
      if (await credentials.refresh(principal, { signal })) {
        this.resume(principal);
        this.#refreshed.add(principal);
      }
    } catch (error) {
      // One that was given up is asked again after the next start, by the next 401.
      if (signal.aborted) this.#parked.delete(principal);
      else this.#hub.fail(error, 'UNAUTHENTICATED');
    } finally {
      this.#refreshes--;
      this.#wake();
    }
  }
}
