import type { AnswerHead } from '@cpc/protocol';

/** One request: who sends, and the body of a batch. */
export interface RequestFrame {
  /** Chosen by the sender, and repeated in the answer. */
  readonly request: string;
  /** What would be headers over HTTP. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Whose operations they are, as the device calls them. */
  readonly principal?: string;
  /** A question in the place of operations. */
  readonly ask?: 'whoami';
  readonly body: string;
}

/**
 * Reads a frame: a head, which is JSON on one line, a newline, and the body.
 *
 * @returns `undefined` where it is not one
 */
export function parseRequestFrame(text: string): RequestFrame | undefined {
  const end = text.indexOf('\n');
  const head = parseRecord(text.slice(0, Math.max(end, 0)));
  const request = head?.['request'];
  const credentials = head?.['credentials'];
  const principal = head?.['principal'];
  if (typeof request !== 'string' || request.length > 64 || !isRecord(credentials)) return undefined;
  const entries = Object.entries(credentials);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return undefined;
  const headers = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  if (principal !== undefined && typeof principal !== 'string') return undefined;
  return {
    request,
    credentials: headers,
    body: text.slice(end + 1),
    ...(principal !== undefined && { principal }),
    ...(head?.['ask'] === 'whoami' && { ask: 'whoami' }),
  };
}

/** The answer to a request, its body as over HTTP. */
export function answerFrame(head: AnswerHead, body: string): string {
  return `${JSON.stringify(head)}\n${body}`;
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
