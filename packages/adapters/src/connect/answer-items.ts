import type { AnswerItem } from '../wire/wire-answer.js';
import type { Acknowledgement, Answer, Problem } from '@cpc/protocol/protobuf';

/**
 * The answers as items of the protocol over HTTP, or `undefined` where they are not the receiver's: one for each
 * operation, each with its key, in order.
 */
export function itemsOfAnswers(
  answers: readonly Answer[],
  ids: readonly string[],
): readonly AnswerItem[] | undefined {
  if (answers.length !== ids.length) return undefined;
  const items = answers.map(({ answer }, index) => {
    if (answer.case === undefined || answer.value.idempotencyKey !== ids[index]) return undefined;
    return answer.case === 'problem' ? itemOfProblem(answer.value) : itemOfAcknowledgement(answer.value);
  });
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** `undefined` where the result is not JSON, so that this is no receiver's acknowledgement. */
export function itemOfAcknowledgement({
  idempotencyKey,
  result,
  version,
  previousVersion,
  position,
}: Acknowledgement): AnswerItem | undefined {
  const body = { idempotencyKey, version, previousVersion, position };
  if (result === undefined) return { status: 200, body };
  const json = parseJson(result);
  return json && { status: 200, body: { ...body, result: json.value } };
}

/** A problem as the body that it has over HTTP; `undefined` where its status is that of no refusal. */
export function itemOfProblem(problem: Problem): AnswerItem | undefined {
  const { idempotencyKey, status, code, title, detail, remote, retryAfterSeconds } = problem;
  if (status < 400) return undefined;
  const record = remote && parseJson(remote);
  return {
    status,
    body: {
      idempotencyKey,
      status,
      code,
      title,
      ...(detail !== undefined && { detail }),
      ...(record && { remote: record.value }),
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    },
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}
