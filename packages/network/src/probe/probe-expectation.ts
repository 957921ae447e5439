/**
 * How the right server's answer is known from a captive portal's page. All that is given must hold.
 *
 * A status alone proves nothing, since portals answer 200 as well; only 204 does, which they do not.
 */
export interface ProbeExpectation {
  /** @defaultValue any from 200 to 299 */
  readonly status?: number;
  /**
   * A header that the server sets. A page of another origin reads it only where the server lists it in
   * `Access-Control-Expose-Headers`.
   */
  readonly header?: { readonly name: string; readonly value: string };
  /** The whole body, white space around it aside; or what its first 4 KiB must match. */
  readonly body?: string | RegExp;
}

/** A page that is longer than this is not the short answer that a probe asks for. */
const MAX_BODY_BYTES = 4096;

/** @throws TypeError where the expectation would take a portal's page for the server's answer, or takes nothing */
export function requireDistinctive(expectation: ProbeExpectation, method: 'GET' | 'HEAD'): void {
  const { status, header, body } = expectation;
  if (method === 'HEAD' && body !== undefined)
    throw new TypeError('expect has a body, but the answer to HEAD has none: expect a header, or use GET');
  if (header !== undefined || (body !== undefined && body !== '') || status === 204) return;
  throw new TypeError(
    'expect needs a header, a body that is not empty, or status 204: without one of them ' +
      "a captive portal's page would count as the server's answer",
  );
}

/** Reads no more of the body than needed, and none where none is expected. */
export async function meets(response: Response, expectation: ProbeExpectation): Promise<boolean> {
  const { status, header, body } = expectation;
  const statusFits = status === undefined ? response.ok : response.status === status;
  const headerFits = header === undefined || response.headers.get(header.name) === header.value;
  if (!statusFits || !headerFits) return false;
  if (body === undefined) return true;
  const text = await readStart(response);
  return typeof body === 'string' ? text.trim() === body.trim() : text.search(body) >= 0;
}

async function readStart(response: Response): Promise<string> {
  // Some platforms, React Native among them, cannot read a body piece by piece.
  const reader = (response.body as Response['body'] | undefined)?.getReader();
  if (!reader) return (await response.text()).slice(0, MAX_BODY_BYTES);
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; bytes < MAX_BODY_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text.slice(0, MAX_BODY_BYTES);
}
