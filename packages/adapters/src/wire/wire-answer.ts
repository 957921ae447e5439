import { isProblemType } from '@cpc/protocol';

/** What came back, whoever sent it. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `undefined` where it is not. */
  readonly json: unknown;
}

/** An answer that is not the receiver's, with all that may tell whose it is. */
export interface ForeignAnswer extends WireAnswer {
  /** The address that it came from; empty where the platform does not say. */
  readonly url: string;
  /**
   * Whether it is a redirect, which was not followed. A browser tells that there was one and nothing else of it: the
   * status is 0 then and there are no headers. Elsewhere `headers.get('location')` says where it leads.
   */
  readonly isRedirect: boolean;
  /** The body; empty where it is larger than `maxAnswerBytes`. */
  readonly text: string;
}

type StatusAndJson = Pick<WireAnswer, 'status' | 'json'>;

/** One operation's answer: an item of a batch's answer, or the body of a single one's. */
export interface AnswerItem {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Whether the answer repeats the operation's key, which no portal and no gateway does. */
export function echoesKey(answer: WireAnswer, id: string): boolean {
  return isRecord(answer.json) && answer.json['idempotencyKey'] === id;
}

/** The body of a single operation's answer as an item; its members count only where it is an object. */
export function singleItem(answer: StatusAndJson): AnswerItem {
  return { status: answer.status, body: isRecord(answer.json) ? answer.json : {} };
}

/**
 * The items of a batch's answer, or `undefined` where it is not the receiver's: status 200, and an array that
 * names every key in order.
 */
export function batchItems(answer: StatusAndJson, ids: readonly string[]): readonly AnswerItem[] | undefined {
  const { status, json } = answer;
  if (status !== 200 || !Array.isArray(json) || json.length !== ids.length) return undefined;
  const items: AnswerItem[] = [];
  for (const [index, body] of (json as unknown[]).entries()) {
    if (!isRecord(body) || body['idempotencyKey'] !== ids[index]) return undefined;
    const itemStatus = body['status'];
    if (typeof itemStatus !== 'number') return undefined;
    items.push({ status: itemStatus, body });
  }
  return items;
}

/** Whether the receiver refused a whole batch: with a problem document of its own types. */
export function isReceiverProblem({ json }: StatusAndJson): boolean {
  return isRecord(json) && isProblem(json);
}

/** Whether a body is a problem document of the receiver's own types, whatever the status that it came with. */
export function isProblem({ type }: Readonly<Record<string, unknown>>): boolean {
  return isProblemType(type);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
