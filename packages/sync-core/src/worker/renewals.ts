import type { CredentialProvider } from '../ports/credential-provider.js';
import type { QueueContext } from '../queue/queue-context.js';
import { sleep } from './sleep.js';
import { withTimeout } from './with-timeout.js';
import type { WorkerSettings } from './worker-options.js';

export interface RenewalsCollaborators {
  readonly context: Pick<QueueContext, 'clock' | 'hub' | 'random'>;
  readonly settings: Pick<WorkerSettings, 'outageBackoff' | 'refreshTimeoutMs'>;
  readonly credentials: CredentialProvider;
  /** A question has begun or ended. */
  readonly wake: () => void;
}

/** How the renewal of a principal's credentials ended. */
export type RenewalEnd =
  /** The provider has new ones. */
  | 'renewed'
  /** The provider said no. */
  | 'refused'
  /** The worker stopped. */
  | 'aborted'
  /** Somebody signed in meanwhile. */
  | 'cancelled';

/**
 * Asks a credential provider until it says yes or no. One that throws, rejects or hangs has said neither: often there was
 * no network at that moment. It is asked again after a growing wait, and at once when the network returns. One question
 * is asked at a time, whosever it is: two renewals at once would spend the same refresh token.
 */
export class Renewals {
  readonly #with: RenewalsCollaborators;
  /** The renewals under way, and how to end each. */
  readonly #running = new Map<string | undefined, AbortController>();
  /** When each renewal that waits asks again, in monotonic milliseconds, and how to end its wait. */
  readonly #waits = new Map<AbortController, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #asking = 0;

  constructor(collaborators: RenewalsCollaborators) {
    this.#with = collaborators;
  }

  get isAsking(): boolean {
    return this.#asking > 0;
  }

  /** How long until the next question, in milliseconds; `Infinity` where none waits. */
  get waitMs(): number {
    return Math.max(0, Math.min(...this.#waits.values(), Infinity) - this.#with.context.clock.monotonicMs());
  }

  /** Ends all waits. */
  hurry(): void {
    for (const wait of [...this.#waits.keys()]) wait.abort();
  }

  /** Somebody signed in: nothing has to be renewed any more. */
  cancel(principal: string | undefined): void {
    this.#running.get(principal)?.abort();
    this.#running.delete(principal);
  }

  async renew(principal: string | undefined, worker: AbortSignal): Promise<RenewalEnd> {
    const controller = new AbortController();
    this.#running.set(principal, controller);
    const signal = AbortSignal.any([worker, controller.signal]);
    let failures = 0;
    let waitMs = 0;
    // Told the first time only; it goes on for as long as there is no network.
    const tell = this.#with.context.hub.guarded((error: unknown) => {
      throw error;
    }, 'UNAUTHENTICATED');
    while (!signal.aborted) {
      const answer = await this.#ask(principal, signal, tell);
      if (answer !== undefined) return answer ? 'renewed' : 'refused';
      const { settings, context } = this.#with;
      waitMs = settings.outageBackoff.delayMs(++failures, waitMs, context.random);
      await this.#wait(waitMs, signal);
    }
    return controller.signal.aborted ? 'cancelled' : 'aborted';
  }

  /** @returns what the provider said; `undefined` where it said nothing */
  async #ask(
    principal: string | undefined,
    signal: AbortSignal,
    tell: (error: unknown) => void,
  ): Promise<boolean | undefined> {
    const { context, settings, credentials, wake } = this.#with;
    this.#asking++;
    const before = this.#turn;
    const turn = before.then(() =>
      withTimeout(context.clock, settings.refreshTimeoutMs, 'UNAUTHENTICATED', signal, async (limited) => {
        const answer: unknown = await credentials.refresh(principal, { signal: limited });
        if (typeof answer === 'boolean') return answer;
        throw new TypeError(`refresh resolves to true or false, but resolved to ${typeof answer}.`);
      }),
    );
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      if (!signal.aborted) tell(error);
      return undefined;
    } finally {
      this.#asking--;
      wake();
    }
  }

  async #wait(waitMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#with.context;
    const wait = new AbortController();
    this.#waits.set(wait, clock.monotonicMs() + waitMs);
    await sleep(clock, waitMs, AbortSignal.any([signal, wait.signal]));
    this.#waits.delete(wait);
  }
}
