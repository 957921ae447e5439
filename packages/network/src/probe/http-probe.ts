import { untilAborted } from '../internal/until-aborted.js';
import type { NetworkEvidence } from '../ports/network-monitor.js';
import { meets, type ProbeExpectation } from './probe-expectation.js';

/** One question to a server. */
export interface HttpProbe {
  readonly url: string | URL;
  readonly method: 'GET' | 'HEAD';
  readonly expect: ProbeExpectation;
  /** What `fetch` does with a redirect: `manual` shows a portal's as such, `error` makes it a failure. */
  readonly redirect: 'manual' | 'error';
  readonly fetch: typeof globalThis.fetch;
  /** Monotonic time, for the latency. */
  readonly monotonicMs: () => number;
}

type Finding = Pick<NetworkEvidence, 'kind' | 'detail'>;

/** Asks once. It never rejects: what goes wrong is `unreachable`. */
export async function askHttp(probe: HttpProbe, signal: AbortSignal): Promise<NetworkEvidence> {
  const beganMs = probe.monotonicMs();
  const finding = await untilAborted(ask(probe, signal), signal).catch((error: unknown): Finding => ({
    kind: 'unreachable',
    detail: describe(error),
  }));
  return { ...finding, source: 'probe', latencyMs: probe.monotonicMs() - beganMs };
}

async function ask(
  { url, method, redirect, fetch, expect }: HttpProbe,
  signal: AbortSignal,
): Promise<Finding> {
  const response = await fetch(url, { method, redirect, signal, cache: 'no-store', credentials: 'omit' });
  try {
    return await classify(response, expect);
  } finally {
    // What was not read is given back, so that the connection is free.
    if (response.body && !response.body.locked) await response.body.cancel();
  }
}

async function classify(response: Response, expect: ProbeExpectation): Promise<Finding> {
  const { status, type, redirected } = response;
  // Browsers hide the answer behind `opaqueredirect`, Node shows it, React Native follows whatever it is told.
  if (type === 'opaqueredirect' || redirected || (status >= 300 && status < 400))
    return { kind: 'captive', detail: 'it redirects' };
  if (status === 511) return { kind: 'captive', detail: 'it asks for a sign-in to the network (511)' };
  if (await meets(response, expect)) return { kind: 'answered' };
  // A gateway in front of the server says so itself; a portal would not.
  if (status >= 500) return { kind: 'unreachable', detail: `status ${status}` };
  return { kind: 'captive', detail: `status ${status} without what was expected` };
}

function describe(error: unknown): string {
  // Node says what happened in the cause.
  const { cause } = Object(error) as { readonly cause?: unknown };
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}

/** By shape, since an error of another realm is no `Error` of this one. */
function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
