import { SyncError, systemClock, type Clock } from '@cpc/sync-core';
import { atLeastOne } from '../delivery/at-least-one.js';
import { areHeaders, type RequestCredentials } from '../delivery/credentials.js';
import { Secrets } from '../delivery/secrets.js';
import { untilAborted } from '../delivery/until-aborted.js';
import { withinTime } from '../delivery/within-time.js';
import { EndpointPolicy, parseEndpoint } from '../fetch/endpoint.js';
import { parseOrUndefined, readText } from '../fetch/exchange.js';
import { isRedirected } from '../fetch/redirect.js';
import { retryAfterMs } from '../fetch/retry-after.js';
import type { WireAnswer } from '../wire/wire-answer.js';
import type { ChangeSource, PullContext, SourcePage } from './change-source.js';
import { failureOf, pageOf } from './page-of-answer.js';
import { type EventReader, readEvents } from './read-events.js';

export interface FetchChangeSourceOptions {
  /** Where the feed is: `https://api.example/changes`. Https, or http on loopback; without a query. */
  readonly endpoint: string | URL;
  /** Whose changes: passed to `credentials`. */
  readonly principal?: string;
  /** @defaultValue the principal's own */
  readonly channel?: string;
  /** @defaultValue nobody signs in */
  readonly credentials?: RequestCredentials;
  /** Whether the browser's cookies go along. @defaultValue 'omit' */
  readonly cookies?: 'omit' | 'same-origin' | 'include';
  /** The most changes in one answer; fewer are asked for where they are large. @defaultValue 200 */
  readonly pageSize?: number;
  /** The most bytes that are read of one answer. @defaultValue 16_000_000 */
  readonly maxAnswerBytes?: number;
  /** How long one request for a page may take, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
  /** After so long without a sign of life, a connection for hints is given up, in milliseconds. @defaultValue 60_000 */
  readonly silenceMs?: number;
  /** @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/** Changes from the feed of `@cpc/server`, and its hints by server-sent events. */
export class FetchChangeSource implements ChangeSource {
  readonly #url: URL;
  readonly #options: FetchChangeSourceOptions;
  readonly #fetch: typeof globalThis.fetch;
  readonly #credentials: RequestCredentials;
  readonly #clock: Clock;
  readonly #pageSize: number;
  /** How many changes are asked for at present: fewer than the page size where they are large. */
  #limit: number;
  readonly #maxAnswerBytes: number;
  readonly #timeoutMs: number;
  readonly #silenceMs: number;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(options: FetchChangeSourceOptions) {
    const url = parseEndpoint(options.endpoint);
    this.#url = new EndpointPolicy([url.origin]).check(url);
    this.#options = options;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#credentials = options.credentials ?? (() => ({}));
    this.#clock = options.clock ?? systemClock;
    this.#pageSize = atLeastOne('pageSize', options.pageSize ?? 200);
    this.#limit = this.#pageSize;
    this.#maxAnswerBytes = atLeastOne('maxAnswerBytes', options.maxAnswerBytes ?? 16_000_000);
    this.#timeoutMs = atLeastOne('timeoutMs', options.timeoutMs ?? 30_000);
    this.#silenceMs = atLeastOne('silenceMs', options.silenceMs ?? 60_000);
  }

  async pull(since: string | undefined, context: PullContext): Promise<SourcePage> {
    const { signal, counts = false } = context;
    const time = { clock: this.#clock, timeoutMs: this.#timeoutMs };
    const met = await withinTime((inner) => this.#ask(this.#address(since, counts), inner), signal, time);
    signal.throwIfAborted();
    if (met === TOO_LARGE) {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      return this.pull(since, context);
    }
    if (met instanceof SyncError) throw met;
    if ('kind' in met) throw new SyncError(codeOf(met.reason.code), met.reason.message);
    const page = pageOf(met);
    if (page !== undefined) return page;
    throw met.secrets.hideInSyncError(failureOf(met, retryAfterMs(met.headers, this.#clock.now())));
  }

  async listen(hint: () => void, { signal }: PullContext): Promise<never> {
    const silence = new AbortController();
    const silent = (): void =>
      silence.abort(new SyncError('ATTEMPT_TIMEOUT', 'The server gave no sign of life.'));
    let timer = this.#clock.setTimer(silent, this.#silenceMs);
    const alive = (): void => {
      this.#clock.clearTimer(timer);
      timer = this.#clock.setTimer(silent, this.#silenceMs);
    };
    const either = AbortSignal.any([signal, silence.signal]);
    const reader: EventReader = {
      // A connection that was given up may still say something; that counts for nothing and sets no timer.
      alive: () => !either.aborted && alive(),
      event: (name) => name === 'changed' && !either.aborted && hint(),
    };
    try {
      await untilAborted(this.#readHints(reader, either), either);
    } finally {
      this.#clock.clearTimer(timer);
    }
    throw new SyncError('NETWORK_UNREACHABLE', 'The connection for hints ended.');
  }

  /** Positions are those of `@cpc/server`: `12@channel`. Of a channel that is not known by its name, any may be. */
  hasReached(checkpoint: string | undefined, position: string): boolean | undefined {
    const [, at, channel] = /^(\d{1,15})@(.*)$/s.exec(position) ?? [];
    const own = this.#options.channel ?? this.#options.principal;
    if (at === undefined || (own !== undefined && own !== channel)) return undefined;
    return Number.parseInt(checkpoint ?? '0', 10) >= Number(at);
  }

  async #readHints(reader: EventReader, signal: AbortSignal): Promise<void> {
    const asked = await this.#request(this.#address(undefined), 'text/event-stream', signal);
    if (asked === undefined) throw notSignedIn();
    const { response } = asked;
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !type.startsWith('text/event-stream') || response.body === null) {
      await response.body?.cancel();
      throw new SyncError('SERVER_RETRY', `The server gives no hints: it answered ${response.status}.`);
    }
    await readEvents(response.body, reader);
  }

  /** Returns what is no word about the network instead of throwing it, since a time limit takes that for no answer. */
  async #ask(
    address: URL,
    signal: AbortSignal,
  ): Promise<(WireAnswer & { readonly secrets: Secrets }) | SyncError | typeof TOO_LARGE> {
    const asked = await this.#request(address, 'application/json', signal);
    if (asked === undefined) return notSignedIn();
    const { response, secrets } = asked;
    const text = await readText(response, this.#maxAnswerBytes);
    if (text === undefined) return this.#limit > 1 ? TOO_LARGE : this.#tooLarge();
    // Far from the bound, so that the next page does not go over it at once.
    if (text.length * 4 <= this.#maxAnswerBytes) this.#limit = Math.min(this.#pageSize, this.#limit * 2);
    return { status: response.status, headers: response.headers, json: parseOrUndefined(text), secrets };
  }

  #tooLarge(): SyncError {
    return new SyncError(
      'TRANSPORT_FAILED',
      `A page with one change has more than ${this.#maxAnswerBytes} bytes. Give a larger maxAnswerBytes.`,
    );
  }

  #address(since: string | undefined, counts = false): URL {
    const url = new URL(this.#url);
    const { channel } = this.#options;
    if (channel !== undefined) url.searchParams.set('channel', channel);
    if (since !== undefined) url.searchParams.set('since', since);
    url.searchParams.set('limit', String(this.#limit));
    if (counts) url.searchParams.set('count', 'true');
    return url;
  }

  /**
   * Redirects are errors, since a platform that followed one would repeat the credentials to another origin.
   *
   * @returns `undefined` where nobody is signed in, so that nothing was sent: that is no word about the network
   */
  async #request(
    url: URL,
    accept: string,
    signal: AbortSignal,
  ): Promise<{ readonly response: Response; readonly secrets: Secrets } | undefined> {
    const { principal, cookies = 'omit' } = this.#options;
    const signedIn = await this.#credentials(principal, { signal });
    if (signedIn === undefined || !areHeaders(signedIn)) return undefined;
    signal.throwIfAborted();
    const secrets = new Secrets(signedIn);
    try {
      const response = await this.#fetch(url, {
        headers: { ...signedIn, accept },
        redirect: 'error',
        credentials: cookies,
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal,
      });
      if (isRedirected(response, url.href)) throw new Error('the answer is that of a redirect');
      return { response, secrets };
    } catch (error) {
      throw secrets.hideInError(error);
    }
  }
}

/** More bytes than are read of one answer, and fewer changes may be asked for. */
const TOO_LARGE = Symbol('too large');

function notSignedIn(): SyncError {
  return new SyncError(
    'UNAUTHENTICATED',
    'Nobody is signed in to pull, or by what cannot stand in a header; sign in and pull again.',
  );
}

function codeOf(code: string): 'ATTEMPT_TIMEOUT' | 'NETWORK_UNREACHABLE' {
  return code === 'ATTEMPT_TIMEOUT' ? code : 'NETWORK_UNREACHABLE';
}
