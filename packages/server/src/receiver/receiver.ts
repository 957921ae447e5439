import { decodePercent, HEADERS, type Problem, problem, TimestampLimit } from '@cpc/protocol';
import { encodeProblem } from '../answer/encode-answer.js';
import type { EffectStore, EncodedAnswer } from '../ports/effect-store.js';
import { guarded, warnOnce } from '../store/guarded.js';
import { readBody } from '../wire/read-body.js';
import { readItem, readKey, readSingle, type ReadResult } from '../wire/read-operation.js';
import { readJson } from '../wire/read-json.js';
import { refusedMessage } from '../wire/refused-message.js';
import type { WireMessage, WireReply } from '../wire/wire-message.js';
import { notFound, replyOf, withHeader } from '../wire/wire-reply.js';
import { Deliverer } from './deliverer.js';
import type { ReceiverOptions, ReceiverParts } from './receiver-options.js';
import { resolveOptions } from './resolve-options.js';

/**
 * Receives operations over HTTP and applies each once: the effect and its key are committed together, so a
 * repeat is answered with the stored answer, byte for byte. The protocol is in this package's README.
 *
 * ```
 * path ─▶ method, media type ─▶ key ─▶ principal, the same as named ─▶ body within bounds ─▶ operations ─▶ Deliverer ─▶ answer
 * ```
 */
export class Receiver<Tx> {
  readonly #store: EffectStore<Tx>;
  readonly #authenticate: NonNullable<ReceiverParts<Tx>['authenticate']>;
  readonly #isSamePrincipal: NonNullable<ReceiverParts<Tx>['isSamePrincipal']>;
  readonly #onError: ReceiverParts<Tx>['onError'];
  readonly #tellApplied: () => void;
  readonly #deliverer: Deliverer<Tx>;
  readonly #options: Required<ReceiverOptions>;
  readonly #timestamps: TimestampLimit;
  #requests = 0;
  #opened: Promise<void> | undefined;

  /** @throws TypeError or RangeError where an option is not what it should be */
  constructor(parts: ReceiverParts<Tx>, options: ReceiverOptions = {}) {
    this.#options = resolveOptions(options);
    this.#timestamps = new TimestampLimit(this.#options.now);
    this.#store = parts.store;
    this.#authenticate = parts.authenticate ?? (() => '');
    this.#isSamePrincipal =
      parts.isSamePrincipal ?? (parts.authenticate ? (named, principal) => named === principal : () => true);
    this.#onError = guarded(parts.onError, warnOnce('onError'));
    // What is committed is answered as such, whatever those say who are told of it.
    this.#tellApplied = guarded(
      () => parts.onApplied?.(),
      (error) => this.#onError(error, undefined),
    );
    this.#deliverer = new Deliverer(parts.store, new Map(Object.entries(parts.handlers)), this.#onError);
  }

  /** Where batches are sent; single operations go to `<path>/<kind>`. */
  get path(): string {
    return this.#options.path;
  }

  /** The most bytes of a batch's body. */
  get maxBatchBytes(): number {
    return this.#options.maxBatchBytes;
  }

  /** Makes the store ready; without it the first request does. Worth calling, so that a fault shows at once. */
  open(): Promise<void> {
    this.#opened ??= this.#store.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /** Answers a request of the Fetch API. A field, so that it can be handed on without its object. */
  readonly receive = async (request: Request): Promise<Response> => {
    const reply = await this.answer({
      method: request.method,
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: (maxBytes) => readBody(request, maxBytes),
    });
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  };

  /** The same for servers that have no `Request`. Rejects only where reading the body did. */
  async answer(message: WireMessage): Promise<WireReply> {
    const reply = await this.#answer(message);
    return withHeader(reply, 'date', new Date(this.#options.now()).toUTCString());
  }

  async #answer(message: WireMessage): Promise<WireReply> {
    const kind = this.#kindIn(message);
    if (kind === undefined) return notFound(`The receiver takes POST ${this.path} and ${this.path}/<kind>.`);
    if (kind === 'whoami' && message.method === 'GET') return this.#answerWhoami(message);
    const key = kind === null ? undefined : readKey(message.headers);
    const knownKey = key?.ok === true ? key.key : undefined;
    const refused = refusedMessage(message) ?? (key?.ok === false ? key.problem : undefined);
    if (refused !== undefined) return this.#refuse(refused, knownKey);
    if (this.#requests >= this.#options.maxConcurrent)
      return this.#refuse(this.#later('OVERLOADED'), knownKey);
    this.#requests++;
    try {
      return await this.#answerKnown(message, kind, knownKey);
    } finally {
      this.#requests--;
    }
  }

  /** Forgets keys whose time is over. The store does so by itself while it is used. @returns how many */
  async forgetExpired(): Promise<number> {
    await this.open();
    return this.#store.forgetExpired();
  }

  /** Mounted at its own path, below another one, or at any path that the framework takes away. */
  #kindIn({ path, rest }: WireMessage): string | null | undefined {
    const kind = this.#kindOf(path);
    if (kind !== undefined || rest === undefined) return kind;
    const below = this.#kindOf(rest);
    return below === undefined ? this.#kindOf(this.path + rest) : below;
  }

  /** The kind that the path names, `null` for the batch path, `undefined` for anything else. */
  #kindOf(path: string): string | null | undefined {
    const { path: mount } = this.#options;
    if (path === mount || path === `${mount}/`) return null;
    if (!path.startsWith(`${mount}/`)) return undefined;
    const kind = path.slice(mount.length + 1);
    return kind.includes('/') ? undefined : (decodePercent(kind) ?? undefined);
  }

  async #answerKnown(message: WireMessage, kind: string | null, key: string | undefined): Promise<WireReply> {
    const principal = await this.#principalOf(message);
    if (typeof principal !== 'string') return this.#refuse(principal, key);
    const maxBytes = kind === null ? this.#options.maxBatchBytes : this.#options.maxPayloadBytes;
    const read = await readJson(message, maxBytes);
    if (!read.ok) {
      if (read.error !== undefined) this.#onError(read.error, undefined);
      return this.#refuse(problem(read.code), key);
    }
    const { json, byteLength } = read;
    if (kind === null || key === undefined) return this.#answerBatch(json, principal, byteLength);
    const parts = { key, kind, headers: message.headers, payload: json };
    const answers = await this.#deliver([readSingle(parts, principal, this.#options)]);
    const answer = answers?.[0];
    return answer === undefined ? this.#refuse(this.#later('STORE_UNAVAILABLE'), key) : replyOf(answer);
  }

  /** Whom the credentials sign in, at `<path>/whoami`: for devices that ask before they send. */
  async #answerWhoami(message: WireMessage): Promise<WireReply> {
    const principal = await this.#principalOf(message);
    if (typeof principal !== 'string') return this.#refuse(principal);
    return replyOf({ status: 200, body: JSON.stringify({ principal }) });
  }

  async #answerBatch(json: unknown, principal: string, bytes: number): Promise<WireReply> {
    if (!Array.isArray(json)) return this.#refuse(problem('BATCH_MALFORMED'));
    if (json.length > this.#options.maxBatchSize) return this.#refuse(problem('BATCH_TOO_LARGE'));
    const { maxDepth, maxPayloadBytes } = this.#options;
    // No item of a small body is large, so that few are measured.
    const bounds = bytes > maxPayloadBytes ? { maxDepth, maxBytes: maxPayloadBytes } : { maxDepth };
    const reads: ReadResult[] = [];
    for (const item of json as unknown[]) {
      const read = readItem(item, principal, bounds);
      if (read === undefined) return this.#refuse(problem('BATCH_MALFORMED'));
      reads.push(read);
    }
    const answers = await this.#deliver(reads);
    if (answers === undefined) return this.#refuse(this.#later('STORE_UNAVAILABLE'));
    const body = `[${answers.map((answer) => answer.body).join(',')}]`;
    return replyOf({ status: 200, body });
  }

  /** `undefined` where the store could not write; nothing was applied then, and the sender comes again. */
  async #deliver(reads: readonly ReadResult[]): Promise<readonly EncodedAnswer[] | undefined> {
    try {
      await this.open();
      const answers = await this.#deliverer.deliver(reads.map((read) => this.#withPresentTime(read)));
      if (answers.some(({ status }) => status === 200)) this.#tellApplied();
      return answers;
    } catch (error) {
      this.#onError(error, undefined);
      return undefined;
    }
  }

  /** The timestamp is the device's word, and its clock may be years ahead: nobody wins by that. */
  #withPresentTime(read: ReadResult): ReadResult {
    if (!read.ok || read.operation.timestamp === undefined) return read;
    const timestamp = this.#timestamps.cut(read.operation.timestamp);
    return timestamp === read.operation.timestamp
      ? read
      : { ...read, operation: { ...read.operation, timestamp } };
  }

  async #principalOf({ headers }: WireMessage): Promise<string | Problem> {
    try {
      const principal = await this.#authenticate(headers);
      if (principal === undefined) return problem('UNAUTHENTICATED');
      const field = headers.get(HEADERS.principal);
      const named = field === null ? undefined : decodePercent(field);
      if (named === null) return problem('HEADER_MALFORMED');
      const isOther = named !== undefined && !this.#isSamePrincipal(named, principal);
      return isOther ? problem('PRINCIPAL_MISMATCH') : principal;
    } catch (error) {
      this.#onError(error, undefined);
      return this.#later('OVERLOADED');
    }
  }

  #later(code: 'OVERLOADED' | 'STORE_UNAVAILABLE'): Problem {
    return problem(code, { retryAfter: this.#options.retryAfterSeconds });
  }

  #refuse(value: Problem, key?: string): WireReply {
    const reply = replyOf(encodeProblem(key, value));
    if (value.status === 401) return withHeader(reply, 'www-authenticate', this.#options.challenge);
    return value.status === 405 ? withHeader(reply, 'allow', 'POST') : reply;
  }
}
