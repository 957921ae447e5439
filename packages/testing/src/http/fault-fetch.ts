import type { FaultHistory } from '../faults/fault-history.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { HttpLine, type HttpLineOptions } from './http-line.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';

export interface FaultFetchOptions extends HttpLineOptions {
  /** What requests that get through are given to. @defaultValue the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

export interface FaultFetch {
  /** Takes the place of the platform's `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** Every request so far. */
  readonly history: FaultHistory;
}

/**
 * A `fetch` between the code under test and the real one, or one that the test wrote, that lets requests meet what
 * the plan says. It fails as platforms do: with a `TypeError` where a connection breaks, in the middle of the body
 * where an answer is torn, and with the signal's reason where the caller gives up. Bodies must be of a kind that can
 * be sent twice, so no streams.
 */
export function faultFetch(plan: FaultPlan, options: FaultFetchOptions): FaultFetch {
  const line = new HttpLine(plan, options);
  const inner: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const again = (): Promise<Response> => inner(input instanceof Request ? input.clone() : input, init);
    const { signal } = request;
    const carried = await line.carry(
      await readRequest(request),
      async () => readResponse(await again()),
      signal,
    );
    if (carried.kind === 'broken') throw signal.aborted ? signal.reason : broken('the connection was reset');
    const { answer, fault } = carried;
    if (fault.kind === 'redirect') return redirected(request, answer, inner);
    return carried.kind === 'half' ? halfOf(answer) : responseOf(answer, answer.body);
  };
  return { fetch, history: line.history };
}

async function readRequest(request: Request): Promise<HttpRequest> {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: `${pathname}${search}`,
    headers: Object.fromEntries(request.headers),
    body: new Uint8Array(await request.clone().arrayBuffer()),
  };
}

async function readResponse(response: Response): Promise<HttpAnswer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

/** What platforms do with a redirect, and what makes it dangerous: they follow it, headers and all. */
function redirected(
  request: Request,
  answer: HttpAnswer,
  inner: typeof globalThis.fetch,
): Response | Promise<Response> {
  if (request.redirect === 'error') throw broken('unexpected redirect');
  if (request.redirect === 'manual') return responseOf(answer, answer.body);
  const to = new URL(answer.headers['location'] ?? '', request.url);
  const isRepeated = answer.status === 307 || answer.status === 308;
  return inner(isRepeated ? new Request(to, request) : new Request(to, { headers: request.headers }));
}

/** The first half of the body, and then a broken connection. */
function halfOf(answer: HttpAnswer): Response {
  const half = answer.body.subarray(0, answer.body.byteLength >> 1);
  let isRead = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (isRead) controller.error(broken('terminated'));
      else controller.enqueue(half);
      isRead = true;
    },
  });
  return responseOf(answer, body);
}

function responseOf(answer: HttpAnswer, body: BodyInit): Response {
  const headers = new Headers(answer.headers);
  // The body is here decoded and whole, whatever it was on the wire.
  headers.delete('content-encoding');
  headers.delete('content-length');
  const hasBody = answer.status !== 204 && answer.status !== 205 && answer.status !== 304;
  return new Response(hasBody ? body : null, { status: answer.status, headers });
}

/** As Node words it, with the useful part in the cause. */
function broken(reason: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(`${reason}, as the plan of faults says`) });
}
