import { SyncError } from '../errors/sync-error.js';

/** Aborts the sends of a principal, or nobody's, when somebody else signs in. Only one at a time is signed in, and sends. */
export class PrincipalSignals {
  #principal: string | undefined;
  #controller = new AbortController();

  /** A signal that aborts when the worker's own does, or when somebody else than the principal is signed in. */
  of(principal: string | undefined, current: string | undefined, worker: AbortSignal): AbortSignal {
    // Signed out between the claim and this line.
    if (principal !== current) return AbortSignal.abort(signedOut());
    this.#principal = principal;
    return AbortSignal.any([worker, this.#controller.signal]);
  }

  /** `current` is the one whose sends go on. */
  signedIn(current: string | undefined): void {
    if (current === this.#principal) return;
    this.#controller.abort(signedOut());
    this.#controller = new AbortController();
  }
}

function signedOut(): SyncError {
  return new SyncError('STOPPED', 'The principal is no longer signed in.');
}
