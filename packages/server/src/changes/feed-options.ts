import type { ChangeLog } from '../ports/change-log.js';
import type { MaybePromise } from '../ports/operation-handler.js';
import { mountPath } from '../store/mount-path.js';
import { platformEvery } from '../store/platform-every.js';
import { positiveInteger } from '../store/positive-integer.js';
import type { WireHeaders } from '../wire/wire-message.js';

export interface ChangeFeedParts {
  readonly log: Pick<ChangeLog<never>, 'open' | 'read' | 'heads'>;
  /**
   * Says who asks, from the request's headers; `undefined` when nobody is signed in (401).
   *
   * @defaultValue everybody is the same principal, `''`
   */
  readonly authenticate?: (headers: WireHeaders) => MaybePromise<string | undefined>;
  /** Whether a principal may pull a channel (else 403). @defaultValue only the channel of their own name */
  readonly mayPull?: (principal: string, channel: string) => MaybePromise<boolean>;
  /** Told of every failure that the caller only sees as a 503. */
  readonly onError: (error: unknown) => void;
}

export interface ChangeFeedOptions {
  /** Where the feed is mounted. @defaultValue '/changes' */
  readonly path?: string;
  /** The most changes in a page. @defaultValue 500 */
  readonly maxPageSize?: number;
  /**
   * The most bytes of the changes in a page, as they are stored; fewer changes are given where they are large, but at
   * least one. A quarter of what `FetchChangeSource` reads of an answer.
   *
   * @defaultValue 4_000_000
   */
  readonly maxPageBytes?: number;
  /**
   * How often the log is asked for changes of other processes while somebody listens, in milliseconds.
   *
   * @defaultValue 1_000
   */
  readonly pollMs?: number;
  /** The most listeners at once; more are answered with 503. @defaultValue 1_000 */
  readonly maxListeners?: number;
  /**
   * The most listeners of one principal at once, so that nobody takes the places of all; more are answered with 429.
   * It counts where there is an `authenticate`; without one everybody is the same principal.
   *
   * @defaultValue 32
   */
  readonly maxListenersPerPrincipal?: number;
  /** What a caller is asked to wait when the feed is overloaded, in seconds. @defaultValue 10 */
  readonly retryAfterSeconds?: number;
  /** The scheme that a 401 names in `WWW-Authenticate`. @defaultValue 'Bearer' */
  readonly challenge?: string;
  /** Calls back again and again until it is stopped. @defaultValue the platform's timers */
  readonly every?: (intervalMs: number, callback: () => void) => () => void;
}

/** Fills in what is not given and checks the rest, once. */
export function resolveFeedOptions(options: ChangeFeedOptions): Required<ChangeFeedOptions> {
  return {
    path: mountPath(options.path ?? '/changes'),
    maxPageSize: positiveInteger('maxPageSize', options.maxPageSize ?? 500),
    maxPageBytes: positiveInteger('maxPageBytes', options.maxPageBytes ?? 4_000_000),
    pollMs: positiveInteger('pollMs', options.pollMs ?? 1_000),
    maxListeners: positiveInteger('maxListeners', options.maxListeners ?? 1_000),
    maxListenersPerPrincipal: positiveInteger(
      'maxListenersPerPrincipal',
      options.maxListenersPerPrincipal ?? 32,
    ),
    retryAfterSeconds: positiveInteger('retryAfterSeconds', options.retryAfterSeconds ?? 10),
    challenge: options.challenge ?? 'Bearer',
    every: options.every ?? platformEvery,
  };
}
