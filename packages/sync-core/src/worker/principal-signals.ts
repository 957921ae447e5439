import { SyncError } from '../errors/sync-error.js';

/** Aborts the sends of each principal when somebody else signs in. */
export class PrincipalSignals {
  readonly #controllers = new Map<string, AbortController>();

  /** A signal that aborts when the worker's own does, or when the principal signs out. */
  of(principal: string | undefined, current: string | undefined, worker: AbortSignal): AbortSignal {
    if (principal === undefined) return worker;
    // Signed out between the claim and this line.
    if (principal !== current) return AbortSignal.abort(new SyncError('STOPPED', 'Signed out.'));
    let controller = this.#controllers.get(principal);
    if (controller === undefined) {
      controller = new AbortController();
      this.#controllers.set(principal, controller);
    }
    return AbortSignal.any([worker, controller.signal]);
  }

  /** `current` is the one whose sends go on. */
  signedIn(current: string | undefined): void {
    for (const [principal, controller] of this.#controllers) {
      if (principal === current) continue;
      controller.abort(new SyncError('STOPPED', 'Another principal is signed in now.'));
      this.#controllers.delete(principal);
    }
  }
}
