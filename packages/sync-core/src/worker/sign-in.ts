import type { SyncFailure } from '../errors/sync-failure.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { QueueContext } from '../queue/queue-context.js';
import { Renewals } from './renewals.js';
import type { WorkerSettings } from './worker-options.js';

/**
 * Whose operations are parked until they sign in again.
 *
 * The first 401 of a principal asks the credential provider; others that arrive meanwhile wait for the same answer. Only
 * its explicit no is final: where it fails it is asked again, see {@link Renewals}. If the renewed credentials meet a 401
 * again, nobody is asked any more until somebody signs in. A 401 for what was sent before the credentials were renewed
 * says nothing about the new ones.
 */
export class SignIn {
  readonly #context: QueueContext;
  readonly #wake: () => void;
  readonly #renewals: Renewals | undefined;
  readonly #parked = new Set<string | undefined>();
  readonly #refreshed = new Set<string | undefined>();
  /** When each principal last signed in again, in monotonic milliseconds. */
  readonly #signedInAt = new Map<string | undefined, number>();

  constructor(
    context: QueueContext,
    settings: WorkerSettings,
    credentials: CredentialProvider | undefined,
    wake: () => void,
  ) {
    this.#context = context;
    this.#wake = wake;
    if (credentials !== undefined) this.#renewals = new Renewals({ context, settings, credentials, wake });
  }

  isParked(principal: string | undefined): boolean {
    return this.#parked.has(principal);
  }

  /** Whether a credential provider is being asked, so that something may go soon. */
  get isRefreshing(): boolean {
    return this.#renewals?.isAsking ?? false;
  }

  /** How long until a credential provider that failed is asked again, in milliseconds; `Infinity` for none. */
  get waitMs(): number {
    return this.#renewals?.waitMs ?? Infinity;
  }

  /** The server answered that the principal is not signed in, to what was sent at `sentAt`, in monotonic milliseconds. */
  required(principal: string | undefined, failure: SyncFailure, sentAt: number, signal: AbortSignal): void {
    if (this.#parked.has(principal) || sentAt < (this.#signedInAt.get(principal) ?? -Infinity)) return;
    this.#parked.add(principal);
    this.#context.hub.emit({ type: 'signInRequired', principal, failure });
    if (this.#refreshed.has(principal)) return;
    void this.#renewals?.renew(principal, signal).then((end) => {
      // One that was given up is asked again after the next start, by the next 401.
      if (end === 'aborted') this.#parked.delete(principal);
      if (end !== 'renewed') return;
      this.resume(principal);
      this.#refreshed.add(principal);
    });
  }

  /** The server took the principal's credentials. */
  accepted(principal: string | undefined): void {
    if (this.#refreshed.size > 0) this.#refreshed.delete(principal);
  }

  /** Somebody signed in to the queue, or out to nobody: their operations may go. */
  signedIn(principal: string | undefined): void {
    this.resume(principal);
  }

  /** A worker starts: whoever was parked may have signed in while it did not run, so the server is asked anew. */
  forget(): void {
    this.#parked.clear();
    this.#refreshed.clear();
  }

  /** The network returned: a provider that failed for want of it is asked again now. */
  networkBack(): void {
    this.#renewals?.hurry();
  }

  /** Somebody signed in again. */
  resume(principal: string | undefined): void {
    this.#renewals?.cancel(principal);
    this.#refreshed.delete(principal);
    this.#signedInAt.set(principal, this.#context.clock.monotonicMs());
    if (!this.#parked.delete(principal)) return;
    this.#context.hub.emit({ type: 'signedIn', principal });
    this.#wake();
  }
}
