import type { EndpointHarness } from './endpoint-harness.js';

export interface SentOperation {
  readonly key?: string;
  readonly kind?: string;
  /** @defaultValue the harness's payload with number 1 */
  readonly payload?: unknown;
  /** The body as it goes over the wire, in the place of the payload's JSON. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @defaultValue the harness's first principal */
  readonly principal?: Readonly<Record<string, string>>;
}

export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body's members; empty where it is not an object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The body's items; empty where it is not an array. */
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/** Speaks the protocol to an endpoint, and knows how many effects it had. */
export class EndpointClient {
  readonly harness: EndpointHarness;

  constructor(harness: EndpointHarness) {
    this.harness = harness;
  }

  /** A key that no run has used before. */
  newKey(): string {
    return `conformance-${crypto.randomUUID()}`;
  }

  send(operation: SentOperation): Promise<EndpointAnswer> {
    const { key, kind = this.harness.kind, headers } = operation;
    const { payload = this.harness.payload(1), body = JSON.stringify(payload) } = operation;
    const address = `${this.harness.endpoint}/${encodeURIComponent(kind)}`;
    const keyField = key === undefined ? {} : { 'idempotency-key': `"${key}"` };
    return this.#post(address, body, { ...this.#signedIn(operation), ...keyField, ...headers });
  }

  sendBatch(items: unknown, headers: Readonly<Record<string, string>> = {}): Promise<EndpointAnswer> {
    return this.#post(this.harness.endpoint, JSON.stringify(items), { ...this.#signedIn({}), ...headers });
  }

  /** How many effects `work` had. */
  async effectsOf(work: () => Promise<unknown>): Promise<number> {
    const before = await this.harness.effects();
    await work();
    return (await this.harness.effects()) - before;
  }

  #signedIn({ principal = this.harness.principals[0] }: SentOperation): Readonly<Record<string, string>> {
    return principal;
  }

  async #post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<EndpointAnswer> {
    const { fetch = (request: Request) => globalThis.fetch(request) } = this.harness;
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    const response = await fetch(new Request(url, { ...init, redirect: 'manual' }));
    const text = await response.text();
    const json = parse(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isRecord(json) ? json : {},
      items: Array.isArray(json) ? (json as unknown[]).map((item) => (isRecord(item) ? item : {})) : [],
    };
  }
}

/** Fails a case with a sentence that says what the endpoint does wrong. */
export function demand(holds: boolean, wrong: string): void {
  if (!holds) throw new Error(`The endpoint ${wrong}.`);
}

/** The status of an answer in words, for {@link demand}. */
export function demandStatus(answer: EndpointAnswer, status: number, when: string): void {
  demand(answer.status === status, `answers ${answer.status} instead of ${status} ${when}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
