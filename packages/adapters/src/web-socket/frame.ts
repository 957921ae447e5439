import type { AnswerHead } from '@cpc/protocol';
import { isRecord } from '../wire/wire-answer.js';

/**
 * A frame is a head and a body with a newline between them. The head is JSON on one line; the body is exactly
 * what it would be over HTTP, so it is neither escaped nor written anew.
 */
export function requestFrame(head: RequestHead, body: string): string {
  return `${JSON.stringify(head)}\n${body}`;
}

export interface RequestHead {
  /** Repeated in the answer. */
  readonly request: string;
  /** Whose operations they are; absent where they are nobody's. */
  readonly principal: string | undefined;
  /** What is asked, with an empty body; absent where the body holds operations. */
  readonly ask?: 'whoami';
  /** What would be headers over HTTP. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** The server's answer to one request. */
export interface AnswerFrame extends AnswerHead {
  /** The body as JSON. */
  readonly json: unknown;
  /** Whether the body is longer than what is looked at. */
  readonly isCut: boolean;
}

/**
 * @param maxLength - characters; of a longer frame only the head is read
 * @returns `undefined` where the text is no frame of this protocol
 */
export function parseAnswerFrame(text: string, maxLength: number): AnswerFrame | undefined {
  const end = text.indexOf('\n');
  const head = parseJson(text.slice(0, Math.max(end, 0)));
  if (!isRecord(head)) return undefined;
  const { request, status, date } = head;
  if (typeof request !== 'string' || typeof status !== 'number') return undefined;
  const isCut = text.length > maxLength;
  const json = isCut ? undefined : parseJson(text.slice(end + 1));
  return { request, status, json, isCut, ...(typeof date === 'string' && { date }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
