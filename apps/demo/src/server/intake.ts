import type { SyncQueue } from '@cpc/sync-core';
import type { RecordedChange } from '../shared/api.js';
import { noticeOf } from './notice-of.js';
import { postNotice } from './post-notice.js';

/** One operation's part of the receiver's answer. */
interface AnswerItem {
  readonly idempotencyKey?: string;
  readonly result?: RecordedChange;
}

/**
 * Takes operations through the receiver, then puts a notice of each into the server's own queue before it
 * answers. If the server dies in between, the device never gets its answer and sends the operation again; the
 * receiver then repeats its answer, and the notice gets its place in the queue. The board knows a notice by its
 * id, so a second one with the same id changes nothing.
 */
export function createIntake(
  receive: (request: Request) => Promise<Response>,
  queue: SyncQueue,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = await receive(request);
    if (!answer.ok) return answer;
    for (const { idempotencyKey, result } of itemsOf(await answer.clone().json())) {
      if (idempotencyKey === undefined || result === undefined) continue;
      await queue.enqueue(postNotice, noticeOf(result), { id: `notice-${idempotencyKey}` });
    }
    return answer;
  };
}

/** A batch is answered with a list, a single operation with one item. */
const itemsOf = (body: unknown): readonly AnswerItem[] =>
  Array.isArray(body) ? (body as readonly AnswerItem[]) : [body as AnswerItem];
