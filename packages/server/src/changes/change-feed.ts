import { encodeProblem } from '../answer/encode-answer.js';
import { problem, type Problem } from '@cpc/protocol';
import { notFound, replyOf } from '../wire/wire-reply.js';
import { guarded, warnOnce } from '../store/guarded.js';
import type { WireReply } from '../wire/wire-message.js';
import { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.js';
import { eventStream } from './event-stream.js';
import { resolveFeedOptions, type ChangeFeedOptions, type ChangeFeedParts } from './feed-options.js';
import { Listeners } from './listeners.js';
import { Places } from './places.js';

/** How many questions to the log lie between two signs of life on a connection where nothing happens. */
const POLLS_PER_BEAT = 15;

interface Query {
  readonly channel: string;
  readonly checkpoint: Checkpoint;
  readonly limit: number;
  readonly counts: boolean;
}

/**
 * Lets devices pull what changed: pages of changes since a checkpoint, and a hint when there are more, by
 * server-sent events. The protocol is in this package's README.
 */
export class ChangeFeed {
  readonly #parts: ChangeFeedParts;
  readonly #onError: (error: unknown) => void;
  readonly #options: Required<ChangeFeedOptions>;
  readonly #listeners: Listeners;
  readonly #places: Places;
  readonly #beats = new Set<() => void>();
  #polls = 0;
  #opened: Promise<void> | undefined;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(parts: ChangeFeedParts, options: ChangeFeedOptions = {}) {
    this.#parts = parts;
    this.#onError = guarded(parts.onError, warnOnce('onError'));
    this.#options = resolveFeedOptions(options);
    const { every, pollMs, maxListenersPerPrincipal } = this.#options;
    this.#places = new Places(parts.authenticate === undefined ? Infinity : maxListenersPerPrincipal);
    const poll = (callback: () => void): (() => void) =>
      every(pollMs, () => {
        if (++this.#polls % POLLS_PER_BEAT === 0) for (const beat of [...this.#beats]) beat();
        callback();
      });
    this.#listeners = new Listeners({ log: parts.log, every: poll, onError: this.#onError });
  }

  /** Makes the log ready; without it the first request does. */
  open(): Promise<void> {
    this.#opened ??= this.#parts.log.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /** Tells listeners of new changes now; without it they hear of them within `pollMs`. Pass it to a receiver as `onApplied`. */
  readonly check = (): void => this.#listeners.check();

  /** Answers a request of the Fetch API. A field, so that it can be handed on without its object. */
  readonly receive = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const { path } = this.#options;
    if (url.pathname !== path) return responseOf(notFound(`The feed answers GET ${path}.`));
    if (request.method !== 'GET') return this.#refuse(problem('METHOD_NOT_ALLOWED'), { allow: 'GET' });
    try {
      await this.open();
      return await this.#answer(request, url);
    } catch (error) {
      this.#onError(error);
      return this.#refuse(this.#later('STORE_UNAVAILABLE'));
    }
  };

  async #answer(request: Request, url: URL): Promise<Response> {
    const { authenticate = () => '', mayPull = (principal, channel) => principal === channel } = this.#parts;
    const principal = await authenticate(request.headers);
    if (principal === undefined) {
      return this.#refuse(problem('UNAUTHENTICATED'), { 'www-authenticate': this.#options.challenge });
    }
    const query = this.#queryOf(url.searchParams, principal);
    if (query === undefined) return this.#refuse(problem('QUERY_MALFORMED'));
    if (!(await mayPull(principal, query.channel))) return this.#refuse(problem('FORBIDDEN'));
    const wantsEvents = request.headers.get('accept')?.includes('text/event-stream') === true;
    return wantsEvents ? this.#listen(query, principal) : this.#page(query);
  }

  #queryOf(parameters: URLSearchParams, principal: string): Query | undefined {
    const checkpoint = parseCheckpoint(parameters.get('since'));
    const limit = parameters.get('limit') ?? String(this.#options.maxPageSize);
    const channel = parameters.get('channel') ?? principal;
    if (checkpoint === undefined || !/^[1-9]\d{0,8}$/.test(limit) || channel.includes('\0')) return undefined;
    return {
      channel,
      checkpoint,
      limit: Math.min(Number(limit), this.#options.maxPageSize),
      counts: parameters.get('count') === 'true',
    };
  }

  async #page({ channel, checkpoint, limit, counts }: Query): Promise<Response> {
    const { maxPageBytes: maxBytes } = this.#options;
    const page = await this.#parts.log.read({ channel, ...checkpoint, limit, maxBytes, counts });
    if (page === undefined) return this.#refuse(problem('CHECKPOINT_EXPIRED'));
    const { changes, more, remaining } = page;
    const body = JSON.stringify({ checkpoint: formatCheckpoint(checkpoint, page), more, remaining, changes });
    return responseOf(replyOf({ status: 200, body }));
  }

  #listen({ channel }: Query, principal: string): Response {
    if (this.#places.isFull(principal)) return this.#refuse(this.#later('LISTENERS_EXCEEDED'));
    if (this.#listeners.size >= this.#options.maxListeners) return this.#refuse(this.#later('OVERLOADED'));
    const leave = this.#places.take(principal);
    const body = eventStream((sink) => {
      const stop = this.#listeners.add(channel, (head) => sink.send('changed', String(head)));
      this.#beats.add(sink.beat);
      return () => {
        stop();
        leave();
        this.#beats.delete(sink.beat);
      };
    });
    // The last header keeps a proxy from holding events back until it has a full buffer.
    const headers = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    };
    return new Response(body, { headers });
  }

  #later(code: 'OVERLOADED' | 'STORE_UNAVAILABLE' | 'LISTENERS_EXCEEDED'): Problem {
    return problem(code, { retryAfter: this.#options.retryAfterSeconds });
  }

  #refuse(value: Problem, headers: Readonly<Record<string, string>> = {}): Response {
    const reply = replyOf(encodeProblem(undefined, value));
    return responseOf({ ...reply, headers: { ...reply.headers, ...headers } });
  }
}

function responseOf({ status, headers, body }: WireReply): Response {
  return new Response(body, { status, headers });
}
